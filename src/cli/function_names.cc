#include "cli/function_names.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace asmforge {
namespace {

constexpr std::string_view kOperator = "operator";
constexpr std::string_view kAnonymous = "(anonymous namespace)";

// What the demanglers write without its standing in the mangled name: builtin
// types, standard abbreviations, and words for special names.
// Itanium C++ ABI, sections 5.1.4, 5.1.5, 5.1.10; Rust RFC 2603.
constexpr std::array<std::string_view, 75> kInventedWords = {"void",
                                                             "wchar_t",
                                                             "bool",
                                                             "char",
                                                             "signed",
                                                             "unsigned",
                                                             "short",
                                                             "int",
                                                             "long",
                                                             "__int128",
                                                             "float",
                                                             "double",
                                                             "__float80",
                                                             "__float128",
                                                             "decltype",
                                                             "nullptr_t",
                                                             "std",
                                                             "allocator",
                                                             "basic_string",
                                                             "string",
                                                             "basic_istream",
                                                             "basic_ostream",
                                                             "basic_iostream",
                                                             "istream",
                                                             "ostream",
                                                             "iostream",
                                                             "char_traits",
                                                             "anonymous",
                                                             "namespace",
                                                             "lambda",
                                                             "unnamed",
                                                             "type",
                                                             "vtable",
                                                             "for",
                                                             "VTT",
                                                             "typeinfo",
                                                             "name",
                                                             "guard",
                                                             "variable",
                                                             "thunk",
                                                             "non-virtual",
                                                             "virtual",
                                                             "covariant",
                                                             "return",
                                                             "to",
                                                             "construction",
                                                             "const",
                                                             "volatile",
                                                             "restrict",
                                                             "operator",
                                                             "new",
                                                             "delete",
                                                             "auto",
                                                             "template",
                                                             "clone",
                                                             "reference",
                                                             "temporary",
                                                             "initialization",
                                                             "closure",
                                                             "shim",
                                                             "as",
                                                             "dyn",
                                                             "fn",
                                                             "impl",
                                                             "unsafe",
                                                             "extern",
                                                             "mut",
                                                             "str",
                                                             "usize",
                                                             "isize",
                                                             "char8_t",
                                                             "char16_t",
                                                             "char32_t",
                                                             "true",
                                                             "false"};

bool is_identifier(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Past an operator's own characters at `i`: "operator<<", "operator()".
std::size_t skip_operator(std::string_view text, std::size_t i) {
  i += kOperator.size();
  if (text.substr(i).starts_with("()")) return i + 2;
  while (i < text.size() && std::string_view("<>=!+-*/%^&|~[],").find(text[i]) != text.npos) ++i;
  return i;
}

bool at_operator(std::string_view text, std::size_t i) {
  if (!text.substr(i).starts_with(kOperator)) return false;
  const bool begins = i == 0 || !is_identifier(text[i - 1]);
  const std::size_t after = i + kOperator.size();
  return begins && after < text.size() && !is_identifier(text[after]);
}

// Calls visit(i) at every character that is in no brackets, until it returns false.
template <class Visit>
void walk_outside_brackets(std::string_view text, Visit visit) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (at_operator(text, i)) {
      i = skip_operator(text, i);
      continue;
    }
    if (text.substr(i).starts_with(kAnonymous)) {
      i += kAnonymous.size();
      continue;
    }
    const char c = text[i];
    const bool arrow = c == '>' && i != 0 && text[i - 1] == '-';
    if (depth == 0 && !visit(i)) return;
    if (c == '<' || c == '(' || c == '{' || c == '[') ++depth;
    if ((c == '>' && !arrow) || c == ')' || c == '}' || c == ']') depth = std::max(0, depth - 1);
    ++i;
  }
}

}  // namespace

std::string_view whole_name(std::string_view demangled) {
  std::size_t begin = 0;
  std::size_t end = demangled.size();
  walk_outside_brackets(demangled, [&](std::size_t i) {
    if (demangled[i] == '(' && i != begin) {
      end = i;
      return false;
    }
    const bool spaced = demangled[i] == ' ' && demangled.substr(i + 1, 1) != "(";
    const std::size_t op = demangled.substr(begin, i - begin).rfind(kOperator);
    if (spaced && op == demangled.npos) begin = i + 1;
    return true;
  });
  return demangled.substr(begin, end - begin);
}

std::string_view last_part(std::string_view demangled) {
  const std::string_view name = whole_name(demangled);
  std::size_t begin = 0;
  std::size_t arguments = name.size();
  walk_outside_brackets(name, [&](std::size_t i) {
    if (name.substr(i).starts_with("::")) {
      begin = i + 2;
      arguments = name.size();
    }
    if (name[i] == '<' && i != begin) arguments = std::min(arguments, i);
    return true;
  });
  while (arguments > begin && name[arguments - 1] == ' ') --arguments;  // "operator< <int>"
  return name.substr(begin, arguments - begin);
}

std::vector<std::string_view> words_in_mangled(std::string_view part) {
  std::vector<std::string_view> words;
  std::size_t begin = 0;
  while (begin < part.size()) {
    if (!is_identifier(part[begin])) {
      ++begin;
      continue;
    }
    std::size_t end = begin;
    while (end < part.size() && is_identifier(part[end])) ++end;
    const std::string_view word = part.substr(begin, end - begin);
    begin = end;
    const bool number = std::isdigit(static_cast<unsigned char>(word[0])) != 0;
    const bool invented =
        std::any_of(kInventedWords.begin(), kInventedWords.end(),
                    [&](std::string_view known) { return known.find(word) != known.npos; });
    if (!number && !invented) words.push_back(word);
  }
  return words;
}

bool has_all_words(std::string_view mangled, std::span<const std::string_view> words) {
  return std::all_of(words.begin(), words.end(),
                     [&](std::string_view word) { return mangled.find(word) != mangled.npos; });
}

}  // namespace asmforge

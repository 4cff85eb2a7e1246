#include "mc/x86_text.h"

#include <algorithm>
#include <cctype>
#include <iterator>

namespace asmforge::x86_64 {
namespace {

constexpr std::string_view kPrefixWords[] = {
    "lock",   "rep",    "repe",   "repne",  "notrack", "xacquire", "xrelease", "data16",
    "data32", "addr16", "addr32", "rex64",  "cs",      "ds",       "es",       "fs",
    "gs",     "ss",     "{vex}",  "{vex2}", "{vex3}",  "{evex}",   "{nf}",     "{rex2}",
};

struct PointerWidth {
  std::string_view word;
  std::uint16_t bytes;
};
constexpr PointerWidth kPointerWidths[] = {
    {"byte", 1},   {"word", 2},   {"dword", 4},    {"fword", 6},    {"qword", 8},
    {"tbyte", 10}, {"xword", 10}, {"xmmword", 16}, {"ymmword", 32}, {"zmmword", 64},
};

std::string_view first_word(std::string_view text) { return text.substr(0, text.find(' ')); }

bool starts_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) != 0;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// "zmm2 {k1} {z}" is zmm2 and k1; "{rn-sae}" and "{1to16}" are no operands.
void add_operand(std::string_view text, std::vector<TextOperand>& out) {
  using Kind = TextOperand::Kind;
  const std::size_t bracket = text.find('[');
  if (bracket != std::string_view::npos) {
    out.push_back({Kind::kMemory, text});
    text = text.substr(std::min(text.size(), text.rfind(']') + 1));
  } else {
    const std::string_view head = trimmed(text.substr(0, text.find('{')));
    if (!head.empty() && head.find(" ptr ") != std::string_view::npos)
      out.push_back({Kind::kMemory, head});  // "byte ptr fs:0x10", if it ever prints so
    else if (!head.empty())
      out.push_back({starts_number(head) ? Kind::kNumber : Kind::kRegister, head});
  }
  for (std::size_t open = text.find('{'); open != std::string_view::npos;
       open = text.find('{', open + 1)) {
    const std::string_view inside = text.substr(open + 1, text.find('}', open) - open - 1);
    if (inside.size() == 2 && inside.front() == 'k') out.push_back({Kind::kRegister, inside});
  }
}

}  // namespace

std::string_view mnemonic_of_text(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size()) {
    const std::string_view word = first_word(text.substr(end));
    end += word.size();
    const bool prefix = std::ranges::find(kPrefixWords, word) != std::end(kPrefixWords);
    if (!prefix || end == text.size()) break;
    ++end;
  }
  return text.substr(0, end);
}

std::vector<TextOperand> text_operands(std::string_view text) {
  text.remove_prefix(mnemonic_of_text(text).size());
  std::vector<TextOperand> operands;
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size()) {
      depth += text[i] == '[' ? 1 : text[i] == ']' ? -1 : 0;
      if (text[i] != ',' || depth != 0) continue;
    }
    add_operand(trimmed(text.substr(begin, i - begin)), operands);
    begin = i + 1;
  }
  return operands;
}

std::uint16_t bytes_of_pointer(std::string_view text) {
  const std::size_t end = text.find(" ptr ");
  if (end == std::string_view::npos) return 0;
  std::string_view word = text.substr(0, end);
  word.remove_prefix(word.find_last_of(" ,") + 1);
  for (const PointerWidth& row : kPointerWidths)
    if (row.word == word) return row.bytes;
  return 0;
}

}  // namespace asmforge::x86_64

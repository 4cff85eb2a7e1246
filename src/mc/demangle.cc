// LLVM's demanglers, kept from harm: names come from files that anybody wrote.
#include "mc/demangle.h"

#include <llvm/Demangle/Demangle.h>

#include <charconv>
#include <cstdlib>
#include <iterator>
#include <memory>

#include "core/source_language.h"
#include "mc/demangle_itanium.h"
#include "mc/demangle_limits.h"
#include "mc/demangle_rust.h"

namespace asmforge {
namespace {

struct Free {
  void operator()(char* text) const { std::free(text); }
};

std::string taken(char* text) {
  const std::unique_ptr<char, Free> owner(text);
  return text == nullptr ? std::string() : std::string(text);
}

struct Escape {
  std::string_view code;
  char meaning;
};
// rustc's legacy mangling, compiler/rustc_symbol_mangling/src/legacy.rs.
constexpr Escape kEscapes[] = {{"SP", '@'}, {"BP", '*'}, {"RF", '&'}, {"LT", '<'},
                               {"GT", '>'}, {"LP", '('}, {"RP", ')'}, {"C", ','}};

// "LT" is '<'; "u7e" is '~'. Only printable ASCII: nothing else occurs in practice.
char escape_meaning(std::string_view code) {
  for (const Escape& row : kEscapes)
    if (row.code == code) return row.meaning;
  unsigned value = 0;
  if (code.size() < 2 || code.front() != 'u') return 0;
  const auto [stop, error] = std::from_chars(code.data() + 1, code.data() + code.size(), value, 16);
  const bool printable = value >= 0x20 && value < 0x7f;
  return error == std::errc() && stop == code.data() + code.size() && printable
             ? static_cast<char>(value)
             : '\0';
}

// "core::ptr::drop_in_place$LT$alloc..string..String$GT$::h0123456789abcdef".
std::string readable_legacy_rust(std::string_view text) {
  const std::size_t hash = text.rfind("::h");
  if (hash != std::string_view::npos) text = text.substr(0, hash);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool starts_part = out.empty() || out.ends_with("::");
    if (text[i] == '_' && starts_part && i + 1 < text.size() && text[i + 1] == '$') continue;
    if (text[i] == '.' && i + 1 < text.size() && text[i + 1] == '.') {
      out += "::";
      ++i;
      continue;
    }
    const std::size_t end = text[i] == '$' ? text.find('$', i + 1) : std::string_view::npos;
    const char meaning =
        end == std::string_view::npos ? '\0' : escape_meaning(text.substr(i + 1, end - i - 1));
    if (meaning == '\0') {
      out += text[i];
    } else {
      out += meaning;
      i = end;
    }
  }
  return out;
}

std::string demangled_or_empty(std::string_view name) {
  if (name.starts_with("_R"))
    return rust_name_is_printable(name) ? taken(llvm::rustDemangle(name)) : "";
  if (name.starts_with("_D")) return taken(llvm::dlangDemangle(name));
  std::string text = demangle_itanium(name);
  if (!text.empty() && is_legacy_rust_symbol(name)) text = readable_legacy_rust(text);
  return text;
}

}  // namespace

std::string demangle(std::string_view name) {
  std::string text;
  if (worth_demangling(name)) on_deep_stack(name.size(), [&] { text = demangled_or_empty(name); });
  return text.empty() ? std::string(name) : text;
}

}  // namespace asmforge

#include "core/source_language.h"

#include <algorithm>
#include <cstddef>

namespace asmforge {

bool is_legacy_rust_symbol(std::string_view symbol) {
  constexpr std::string_view kMark = "17h";
  constexpr std::size_t kDigits = 16;
  const std::size_t mark = symbol.rfind(kMark);
  if (!symbol.starts_with("_ZN") || mark == std::string_view::npos) return false;
  const std::string_view rest = symbol.substr(mark + kMark.size());
  return rest.size() > kDigits && rest[kDigits] == 'E' &&
         std::ranges::all_of(rest.substr(0, kDigits), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

bool is_rust_symbol(std::string_view symbol) {
  return symbol.starts_with("_R") || is_legacy_rust_symbol(symbol);
}

SourceLanguage language_of(const Finding& finding) {
  if (!finding.source.frames.empty())
    return finding.source.frames.front().file.ends_with(".rs") ? SourceLanguage::kRust
                                                               : SourceLanguage::kC;
  if (is_rust_symbol(finding.function)) return SourceLanguage::kRust;
  return finding.function.starts_with("_Z") ? SourceLanguage::kC : SourceLanguage::kUnknown;
}

}  // namespace asmforge

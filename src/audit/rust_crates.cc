#include "audit/rust_crates.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace asmforge {
namespace {

constexpr std::array<std::string_view, 4> kStandard = {"std", "core", "alloc", "__rustc"};

// library/Cargo.lock of rustc, and what backtrace brings.
constexpr std::array<std::string_view, 16> kShippedInStd = {
    "addr2line",    "adler",          "adler2",     "backtrace",   "cfg_if", "compiler_builtins",
    "gimli",        "hashbrown",      "memchr",     "miniz_oxide", "object", "panic_abort",
    "panic_unwind", "rustc_demangle", "std_detect", "unwind"};

bool is_part_of_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// The identifier that a path begins with; empty when none is followed by "::".
std::string_view crate_at(std::string_view path) {
  for (bool more = true; more;) {
    more = false;
    const std::size_t skipped = path.find_first_not_of("<&*[( ");
    path.remove_prefix(std::min(skipped, path.size()));
    if (path.starts_with('\'')) {  // a lifetime
      path.remove_prefix(std::min(path.find(' '), path.size()));
      more = true;
    }
    for (const std::string_view word : {"mut ", "const ", "dyn "}) {
      if (!path.starts_with(word)) continue;
      path.remove_prefix(word.size());
      more = true;
    }
  }
  const auto end = std::ranges::find_if_not(path, is_part_of_name);
  const auto length = static_cast<std::size_t>(end - path.begin());
  return path.substr(length).starts_with("::") ? path.substr(0, length) : std::string_view();
}

// What follows " as " in "<type as trait>::f"; empty when this is none.
std::string_view trait_in(std::string_view name) {
  if (!name.starts_with('<')) return {};
  int depth = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '<') ++depth;
    if (name[i] == '>' && name[i - 1] != '-' && --depth == 0) return {};
    if (depth == 1 && name.substr(i).starts_with(" as ")) return name.substr(i + 4);
  }
  return {};
}

}  // namespace

std::vector<std::string_view> crates_of(std::string_view demangled) {
  std::vector<std::string_view> crates;
  for (const std::string_view path : {demangled, trait_in(demangled)})
    if (const std::string_view crate = crate_at(path); !crate.empty()) crates.push_back(crate);
  return crates;
}

bool is_standard_crate(std::string_view crate) {
  return std::ranges::find(kStandard, crate) != kStandard.end();
}

bool is_shipped_in_std(std::string_view crate) {
  return std::ranges::find(kShippedInStd, crate) != kShippedInStd.end();
}

}  // namespace asmforge

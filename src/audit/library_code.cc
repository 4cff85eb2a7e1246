#include "audit/library_code.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "audit/rust_crates.h"
#include "collect/source_lines.h"
#include "core/source_language.h"
#include "mc/demangle.h"

namespace asmforge {
namespace {

constexpr std::array<std::string_view, 7> kSystemFolders = {
    "/usr/include/",
    "/usr/lib/gcc/",      // libstdc++'s headers, as g++ and clang find them
    "/usr/lib/llvm",      // libc++'s, and clang's own
    "/rustc/",            // the prefix that rustc gives its library
    "/rust/deps/",        // and to the crates that it is built from
    "/usr/lib/rustlib/",  // rust-src of rustup's layout
    "/usr/src/rustc",     // rust-src of Debian
};

// Itanium names of what is in std, and of libstdc++'s extensions.
constexpr std::array<std::string_view, 9> kCxxNames = {"_ZSt",   "_ZNSt",         "_ZNKSt",
                                                       "_ZNSa",  "_ZNKSa",        "_ZNSs",
                                                       "_ZNKSs", "_ZN9__gnu_cxx", "_ZNK9__gnu_cxx"};

template <std::size_t size>
bool begins_with_one_of(std::string_view text, const std::array<std::string_view, size>& prefixes) {
  return std::ranges::any_of(prefixes, [&](std::string_view p) { return text.starts_with(p); });
}

bool lies_in_system_folder(const SourceFrame& frame) {
  if (frame.file.starts_with('/')) return begins_with_one_of(frame.file, kSystemFolders);
  return begins_with_one_of(frame.directory + '/', kSystemFolders);
}

bool is_library_name(const Finding& finding, std::span<const std::string> crates_in_std) {
  if (!is_rust_symbol(finding.function)) return begins_with_one_of(finding.function, kCxxNames);
  const std::vector<std::string_view> crates = crates_of(finding.demangled);
  return !crates.empty() && std::ranges::all_of(crates, [&](std::string_view crate) {
    return is_standard_crate(crate) ||
           std::ranges::find(crates_in_std, crate) != crates_in_std.end();
  });
}

// Of functions without lines, the crates that std is also built from.
std::set<std::string> crates_in_question(std::span<const Finding> findings) {
  std::set<std::string> crates;
  for (const Finding& finding : findings) {
    if (finding.source.known() || !is_rust_symbol(finding.function)) continue;
    for (const std::string_view crate : crates_of(finding.demangled))
      if (is_shipped_in_std(crate)) crates.emplace(crate);
  }
  return crates;
}

// Takes out the crates of which a function has a line of the user's.
void take_out_own(const Binary& binary, std::set<std::string>& crates) {
  std::vector<std::uint64_t> addresses;
  std::vector<std::string> crate_of_address;
  for (const FunctionEntry& function : binary.functions) {
    if (!is_rust_symbol(function.name)) continue;
    const std::string name = demangle(function.name);
    for (const std::string_view crate : crates_of(name)) {
      if (!crates.contains(std::string(crate))) continue;
      addresses.push_back(function.address);
      crate_of_address.emplace_back(crate);
    }
  }
  // What cannot be read was said where the findings' own lines were looked up.
  const Result<std::vector<SourceLocation>> lines = SourceLines(binary).locate(addresses);
  if (!lines) return crates.clear();
  for (std::size_t i = 0; i < addresses.size(); ++i)
    if ((*lines)[i].known() && !std::ranges::all_of((*lines)[i].frames, lies_in_system_folder))
      crates.erase(crate_of_address[i]);
}

}  // namespace

bool is_library_code(const Finding& finding, std::span<const std::string> crates_in_std) {
  if (finding.source.known())
    return std::ranges::all_of(finding.source.frames, lies_in_system_folder);
  return is_library_name(finding, crates_in_std);
}

void mark_library_code(const Binary& binary, std::span<Finding> findings) {
  std::set<std::string> crates;
  // Without any lines there is no telling std's copy from the user's.
  if (binary.has_debug_info) crates = crates_in_question(findings);
  if (!crates.empty()) take_out_own(binary, crates);
  const std::vector<std::string> crates_in_std(crates.begin(), crates.end());
  for (Finding& finding : findings) finding.library_code = is_library_code(finding, crates_in_std);
}

}  // namespace asmforge

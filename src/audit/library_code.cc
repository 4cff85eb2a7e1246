#include "audit/library_code.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <string_view>

namespace asmforge {
namespace {

constexpr std::array<std::string_view, 6> kSystemFolders = {
    "/usr/include/",
    "/usr/lib/gcc/",      // libstdc++'s headers, as g++ and clang find them
    "/usr/lib/llvm",      // libc++'s, and clang's own
    "/rustc/",            // the prefix that rustc gives its library
    "/usr/lib/rustlib/",  // rust-src of rustup's layout
    "/usr/src/rustc",     // rust-src of Debian
};

// Itanium names of what is in std, and of libstdc++'s extensions.
constexpr std::array<std::string_view, 9> kCxxNames = {"_ZSt",   "_ZNSt",         "_ZNKSt",
                                                       "_ZNSa",  "_ZNKSa",        "_ZNSs",
                                                       "_ZNKSs", "_ZN9__gnu_cxx", "_ZNK9__gnu_cxx"};

constexpr std::array<std::string_view, 6> kRustNames = {
    "std::", "core::", "alloc::", "<std::", "<core::", "<alloc::"};

template <std::size_t size>
bool begins_with_one_of(std::string_view text, const std::array<std::string_view, size>& prefixes) {
  return std::ranges::any_of(prefixes, [&](std::string_view p) { return text.starts_with(p); });
}

bool lies_in_system_folder(const SourceFrame& frame) {
  if (frame.file.starts_with('/')) return begins_with_one_of(frame.file, kSystemFolders);
  return begins_with_one_of(frame.directory + '/', kSystemFolders);
}

// _R..., or the older _ZN...17h0123456789abcdefE, where a user's C++ namespace `core`
// has no such hash.
bool is_rust(std::string_view mangled) {
  if (mangled.starts_with("_R")) return true;
  constexpr std::string_view kHash = "17h";
  constexpr std::size_t kDigits = 16;
  const std::size_t at = mangled.rfind(kHash);
  if (at == mangled.npos) return false;
  const std::string_view digits = mangled.substr(at + kHash.size());
  return digits.size() > kDigits && digits[kDigits] == 'E' &&
         std::all_of(digits.begin(), digits.begin() + kDigits,
                     [](unsigned char c) { return std::isxdigit(c) != 0; });
}

}  // namespace

bool is_library_code(const Finding& finding) {
  if (finding.source.known())
    return std::ranges::all_of(finding.source.frames, lies_in_system_folder);
  return is_rust(finding.function) ? begins_with_one_of(finding.demangled, kRustNames)
                                   : begins_with_one_of(finding.function, kCxxNames);
}

}  // namespace asmforge

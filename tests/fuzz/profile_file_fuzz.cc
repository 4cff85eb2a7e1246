// Profile files: never a crash, and what is read is written back to the same profile.
#include <cstdint>
#include <string_view>

#include "collect/profiles/profile_file.h"

using namespace asmforge;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Result<Profile> profile = parse_profile({reinterpret_cast<const char*>(data), size});
  if (!profile) return 0;
  std::uint64_t total = profile->unattributed;
  for (const ProfileModule& module : profile->modules) {
    total += module.total;
    AF_CHECK(count_in(module, {0, ~std::uint64_t{0}}) <= module.total);
  }
  AF_CHECK(total == profile->total);
  const std::string text = profile_text(*profile);
  const Result<Profile> again = parse_profile(text);
  AF_CHECK(again.has_value() && profile_text(*again) == text);
  return 0;
}

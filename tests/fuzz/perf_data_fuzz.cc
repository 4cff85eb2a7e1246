// perf.data files: never a crash, and every sample is counted somewhere.
#include <cstdint>
#include <span>

#include "collect/profiles/perf_data.h"

using namespace asmforge;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Result<Profile> profile = parse_perf_data(std::span(data, size));
  if (!profile) return 0;
  std::uint64_t total = profile->unattributed;
  for (const ProfileModule& module : profile->modules) total += module.total;
  AF_CHECK(total == profile->total);
  return 0;
}

// Samples of other tools: never a crash, and nothing but numbers above 0 comes out.
#include <cmath>
#include <cstdint>
#include <string_view>

#include "core/error.h"
#include "verdict/foreign_samples.h"

using namespace asmforge;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const bool wall : {false, true}) {
    const Result<ForeignSamples> samples =
        parse_foreign_samples({reinterpret_cast<const char*>(data), size}, wall);
    if (!samples) continue;
    for (const SampleSeries& series : samples->series) {
      AF_CHECK(series.begun.empty() || series.begun.size() == series.values.size());
      for (const double value : series.values) AF_CHECK(value > 0 && std::isfinite(value));
    }
  }
  return 0;
}

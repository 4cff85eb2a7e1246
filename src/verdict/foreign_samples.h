// Samples that another tool took, as it wrote them. Only what can be read for certain:
//
//     [0.0512, 0.0498, ...]                              numbers
//     {"samples": [...], "times": [...]}                 times: when each run began
//     {"results": [{"command": ..., "times": [...]}]}    hyperfine --export-json
//     {"benchmarks": [{"name": ..., "cpu_time": ...}]}   Google Benchmark, with repetitions
//     {"sampling_mode": ..., "iters": [...], "times": [...]}   criterion's sample.json
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/trial.h"

namespace asmforge {

struct SampleSeries {
  std::string name;            // of the benchmark
  std::vector<double> values;  // in the order in which they were taken
  std::vector<double> begun;   // when each was; empty, or one a value
};

struct ForeignSamples {
  MetricSource source = MetricSource::kSamples;
  std::string unit;
  bool one_process = false;  // repetitions within a process, which share its luck
  std::vector<SampleSeries> series;
};

// `wall`: take wall time where a tool gives processor time too.
Result<ForeignSamples> parse_foreign_samples(std::string_view text, bool wall);

}  // namespace asmforge

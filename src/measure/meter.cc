#include "measure/meter.h"

#include "measure/metrics/output_metric.h"

namespace asmforge {
namespace {

Result<double> value_of(const WorkloadMetric& metric, const FinishedProcess& process) {
  switch (metric.source) {
    case MetricSource::kCpuTime: return process.cpu_seconds;
    case MetricSource::kWallTime: return process.wall_seconds;
    case MetricSource::kPeakMemory: return static_cast<double>(process.peak_resident_bytes);
    case MetricSource::kRegex: return read_regex_metric(metric.pattern, process.output);
    case MetricSource::kGoogleBenchmark:
      return read_google_benchmark_metric(metric.pattern, process.output);
    case MetricSource::kCriterion: return read_criterion_metric(metric.pattern, process.output);
    case MetricSource::kInstructions:
    case MetricSource::kSamples: break;
  }
  AF_CHECK(!"counted in QEMU");
}

// One native run: the kernel's clocks, or what the program printed.
class NativeMeter : public Meter {
 public:
  explicit NativeMeter(WorkloadMetric metric) : metric_(std::move(metric)) {}

  Result<Reading> run(const Launch& how, int wanted_status) override {
    Reading reading;
    AF_TRY(reading.process, launch(how));
    const FinishedProcess& process = reading.process;
    if (process.timed_out || process.signal != 0 || process.exit_status != wanted_status)
      return reading;
    const Result<double> value = value_of(metric_, process);
    if (!value) return value.error().within(how.program);
    reading.value = *value;
    return reading;
  }

 private:
  WorkloadMetric metric_;
};

}  // namespace

std::unique_ptr<Meter> make_meter(const WorkloadMetric& metric) {
  return std::make_unique<NativeMeter>(metric);
}

}  // namespace asmforge

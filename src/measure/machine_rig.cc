#include "measure/machine_rig.h"

#include <fmt/format.h>

#include <ctime>

namespace asmforge {
namespace {

// Enough for lines of /proc/stat of some hundred processors, which come first.
constexpr std::size_t kStatBytes = std::size_t{1} << 16;

std::vector<ProcessorTimes> processor_times() {
  return parse_processor_times(read_system_file("/proc/stat", kStatBytes));
}

RunSample sample_of(const Reading& reading) {
  const FinishedProcess& process = reading.process;
  RunSample sample;
  sample.value = reading.value;
  sample.cpu_seconds = process.cpu_seconds;
  sample.wall_seconds = process.wall_seconds;
  sample.waited_seconds = process.waited_seconds;
  sample.minor_faults = process.minor_faults;
  sample.major_faults = process.major_faults;
  sample.voluntary_switches = process.voluntary_switches;
  sample.involuntary_switches = process.involuntary_switches;
  sample.peak_resident_bytes = process.peak_resident_bytes;
  sample.exit_status = process.exit_status;
  sample.signal = process.signal;
  sample.output_hash = process.output_hash;
  return sample;
}

bool same_metric(const WorkloadMetric& a, const WorkloadMetric& b) {
  return a.source == b.source && a.pattern == b.pattern;
}

}  // namespace

std::vector<std::string> run_environment(const Workload& workload, std::uint32_t padding_bytes) {
  // Nothing of the user's own: a forgotten variable must not decide. No PATH either, so
  // that what a program starts is named by the workload.
  std::vector<std::string> environment = {"LC_ALL=C"};
  environment.insert(environment.end(), workload.environment.begin(), workload.environment.end());
  environment.push_back("ASMFORGE_PADDING=" + std::string(padding_bytes, 'x'));
  return environment;
}

double MachineRig::now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

Meter& MachineRig::meter_for(const Workload& workload) {
  for (auto& [metric, meter] : meters_)
    if (same_metric(metric, workload.metric)) return *meter;
  return *meters_.emplace_back(workload.metric, make_meter_(workload.metric)).second;
}

Result<RunReport> MachineRig::run(const RunOrder& order) {
  const Workload& workload = *order.workload;
  Launch launch;
  launch.program = order.program;
  launch.argv.push_back(order.name);
  launch.argv.insert(launch.argv.end(), workload.arguments.begin(), workload.arguments.end());
  launch.environment = run_environment(workload, order.environment_padding_bytes);
  launch.input_path = workload.input_path;
  if (processor_.pinned) launch.processor = processor_.number;
  launch.timeout_seconds = order.timeout_seconds;
  launch.interrupted = interrupted_;

  if (counters_) counters_->begin();
  AF_TRY(Reading reading, meter_for(workload).run(launch, workload.exit_status));
  RunReport report;
  report.sample = sample_of(reading);
  if (counters_) {
    if (const std::optional<HardwareCounts> counts = counters_->end()) {
      report.sample.cycles = counts->cycles;
      report.sample.instructions = counts->instructions;
    }
  }
  report.sample.environment_padding_bytes = order.environment_padding_bytes;
  report.sample.disturbances = disturbances_of(reading.process, launch.processor);
  report.timed_out = reading.process.timed_out;
  report.ending = reading.process.ending();
  report.output = std::move(reading.process.output);
  report.errors = std::move(reading.process.errors);
  return report;
}

void MachineRig::begin_block() {
  canary_off_ = canary_.off(time_canary(processor_.number, processor_.pinned));
  times_ = processor_times();
  block_began_ = now();
}

Disturbances MachineRig::end_block() {
  Disturbances found = disturbances_between(times_, processor_times(), processor_.number,
                                            processor_.siblings, now() - block_began_);
  if (canary_off_) found |= bit(Disturbance::kCanary);
  return found;
}

}  // namespace asmforge

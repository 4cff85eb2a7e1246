#include "cli/workload_limits.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "cli/project_profile.h"
#include "measure/core_clock.h"

namespace asmforge {

Result<std::vector<LoopLimit>> workload_limits(const std::string& program, const Binary& binary,
                                               const Workload& workload, const Profile& counts) {
  std::vector<LoopLimit> none;
  if (workload.metric.source != MetricSource::kCpuTime &&
      workload.metric.source != MetricSource::kWallTime)
    return none;
  const std::optional<double> cycle_before = seconds_per_cycle();
  if (!cycle_before || binary.isa != Isa::kX86_64) return none;
  const Result<SampledWorkload> sampled = sample_workload(program, workload);
  if (!sampled && sampled.error().code == ErrorCode::kInterrupted) return sampled.error();
  if (!sampled) return none;
  LimitRequest request;
  request.counts = &counts;
  request.samples = &sampled->profile;
  request.samples_per_second = sampled->samples_per_second;
  // At its fastest: a core that was slowed down must not look like one that waits for a chain.
  request.seconds_per_cycle = std::min(*cycle_before, seconds_per_cycle().value_or(*cycle_before));
  return loop_limits(binary, request);
}

std::vector<LoopLimit> limits_for_all(std::vector<LoopLimit> limits, bool allow_assumptions) {
  if (allow_assumptions)
    std::erase_if(limits, [](const LoopLimit& limit) {
      return limit.kind == LimitKind::kChain && limit.chain.kind == ChainKind::kFloats;
    });
  return limits;
}

double limited_share(const std::vector<LoopLimit>& limits) {
  double sum = 0;
  for (const LoopLimit& limit : limits) sum += limit.time_share;
  return sum;
}

}  // namespace asmforge

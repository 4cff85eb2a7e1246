// Runs programs on this machine and watches what disturbs them.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "measure/canary.h"
#include "measure/hardware_counters.h"
#include "measure/machine.h"
#include "measure/meter.h"
#include "measure/rig.h"

namespace asmforge {

class MachineRig : public Rig {
 public:
  using MakeMeter = std::function<std::unique_ptr<Meter>(const WorkloadMetric&)>;
  // `counters` may be nullptr.
  MachineRig(MeasuredProcessor processor, MakeMeter make_meter,
             std::unique_ptr<HardwareCounters> counters, const std::atomic<bool>* interrupted)
      : processor_(std::move(processor)),
        make_meter_(std::move(make_meter)),
        counters_(std::move(counters)),
        interrupted_(interrupted) {}

  double now() override;
  Result<RunReport> run(const RunOrder& order) override;
  void begin_block() override;
  Disturbances end_block() override;

 private:
  Meter& meter_for(const Workload& workload);

  MeasuredProcessor processor_;
  MakeMeter make_meter_;
  std::unique_ptr<HardwareCounters> counters_;
  const std::atomic<bool>* interrupted_;
  std::vector<std::pair<WorkloadMetric, std::unique_ptr<Meter>>> meters_;
  CanaryHistory canary_;
  std::vector<ProcessorTimes> times_;  // when the block began
  double block_began_ = 0;
  bool canary_off_ = false;
};

}  // namespace asmforge

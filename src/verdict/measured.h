// What a stage measured, picked from a trial's runs: logarithms of the metric, turned so
// that less is always better. Runs that were made again or failed are left out. What runs near in
// time have in common is the machine's, and is taken off where many layouts or builds run in
// turn (base/statistics/shared_drift.h).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/statistics/shared_drift.h"
#include "core/trial.h"
#include "core/verdict.h"

namespace asmforge {

struct MeasuredRun {
  Arm arm = Arm::kBefore;
  std::uint32_t block = 0;
  std::uint32_t position = 0;
  std::uint32_t layout = kNoLayout;
  double log_value = 0;  // of the metric, or of its inverse when higher is better
  double wall_seconds = 0;
};

// In an order that depends on the runs alone, not on their place in the record: by block,
// position and arm.
std::vector<MeasuredRun> measured_runs(const Trial& trial, std::uint32_t workload, Stage stage);

// How the machine's speed went while the layout stages ran, all of them together.
SharedDrift layout_drift(const Trial& trial, std::uint32_t workload);

// One difference log(numerator / denominator) a block, in the order of blocks: the mean over
// the block's runs of one arm minus that of the other. For an ABBA or BAAB quad that is the
// mean of its two log ratios, in which a steady drift cancels. Blocks without both are skipped.
std::vector<double> block_differences(std::span<const MeasuredRun> runs, Arm numerator,
                                      Arm denominator);

// The values of one arm, in the same order.
std::vector<double> values_of(std::span<const MeasuredRun> runs, Arm arm);

double total_wall_seconds(std::span<const MeasuredRun> runs);

// Of an arm: median over its runs of each layout it was measured at.
struct LayoutValue {
  std::uint32_t layout = 0;
  std::uint32_t residue = 0;
  double log_value = 0;
};
// By layout index.
std::vector<LayoutValue> layout_values(const Trial& trial, std::span<const MeasuredRun> runs,
                                       Stage stage, Arm arm);

const LayoutStage* layout_stage(const Trial& trial, Stage stage);

// exp of an estimate and interval on the logarithm.
Effect effect_of_logs(double estimate, double low, double high, double p, std::size_t units);

// Better or worse when the test of level alpha says so and the effect is not below the floor;
// equal when `proven_equal`; else unknown.
Direction direction_of(const Effect& effect, double alpha, double floor, bool proven_equal);

}  // namespace asmforge

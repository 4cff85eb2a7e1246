// Trials made up from a known truth: what each arm spends, how that depends on the layout,
// and how noisy the machine is. Seconds are of no importance; everything is relative.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/statistics/random.h"
#include "core/trial.h"

namespace asmforge::made {

inline constexpr std::uint32_t kCycle = 64;

struct Noise {
  double run = 0.004;     // standard deviation of the log of one run
  double layout = 0.002;  // of the log of one layout, besides its residue
};

class MadeTrial {
 public:
  explicit MadeTrial(std::uint64_t seed, std::uint32_t workloads = 1) : random(seed) {
    trial.settings.seed = seed;
    for (std::uint32_t w = 0; w < workloads; ++w) {
      Workload workload;
      workload.name = "w" + std::to_string(w);
      trial.workloads.push_back(workload);
      trial.natural_looks.push_back({{10, 20, 40, 80}, trial.settings.natural_alpha});
    }
  }

  RunSample& run(Arm arm, Stage stage, std::uint32_t workload, std::uint32_t block,
                 std::uint32_t position, double log_value) {
    RunSample sample;
    sample.arm = arm;
    sample.stage = stage;
    sample.workload = workload;
    sample.block = block;
    sample.position = position;
    sample.value = 0.01 * std::exp(log_value + noise.run * random.normal());
    sample.wall_seconds = 0.01;
    trial.runs.push_back(sample);
    return trial.runs.back();
  }

  // Quads BEFORE AFTER AFTER BEFORE or their mirror; the arms as built differ by `effect`.
  void natural(double effect, std::uint32_t quads = 80, std::uint32_t workload = 0,
               std::uint32_t first_block = 0) {
    for (std::uint32_t quad = 0; quad < quads; ++quad) {
      const bool mirrored = random.coin();
      for (std::uint32_t position = 0; position < 4; ++position) {
        const bool outer = position == 0 || position == 3;
        const bool after = outer == mirrored;
        run(after ? Arm::kAfter : Arm::kBefore, Stage::kNatural, workload, first_block + quad,
            position, after ? effect : 0);
      }
    }
  }

  // Each residue once an arm, `runs_each` runs; time depends on the residue as the rows say.
  void placement(const std::vector<double>& before, const std::vector<double>& after,
                 std::uint32_t runs_each = 5, std::uint32_t workload = 0) {
    layouts(Stage::kPlacement, before, after, runs_each, workload);
  }
  void blocks(const std::vector<double>& before, const std::vector<double>& after,
              std::uint32_t runs_each = 4, std::uint32_t workload = 0) {
    layouts(Stage::kBlocks, before, after, runs_each, workload);
  }

  void in_turn(Stage stage, const std::vector<std::pair<Arm, double>>& arms, std::uint32_t blocks,
               std::uint32_t workload = 0) {
    for (std::uint32_t block = 0; block < blocks; ++block)
      for (std::uint32_t position = 0; position < arms.size(); ++position)
        run(arms[position].first, stage, workload, block, position, arms[position].second);
  }
  void revert(double after, double control = 0, std::uint32_t blocks = 40,
              std::uint32_t workload = 0) {
    in_turn(Stage::kRevert, {{Arm::kBefore, 0}, {Arm::kAfter, after}, {Arm::kControl, control}},
            blocks, workload);
  }

  void predict(Truth truth) {
    StatedPrediction prediction;
    prediction.statement = "calls(work): 1 -> 0";
    prediction.result.truth = truth;
    trial.predictions.push_back(prediction);
  }

  // All of it, for a change that spends `effect` (log) more or less everywhere, with shapes
  // along the cycle of standard deviation `shape`, turned against one another by a multiple
  // of 16, so that links of alignment 16 draw from the same residues of both.
  void everything(double effect, double shape = 0.01, std::uint32_t workload = 0) {
    std::vector<double> g(kCycle);
    for (double& value : g) value = shape * random.normal();
    const std::uint64_t turn = 16 * random.below(4);
    std::vector<double> turned(kCycle);
    std::vector<double> matched(kCycle);
    for (std::size_t r = 0; r < kCycle; ++r) {
      turned[r] = g[(r + turn) % kCycle] + effect;
      matched[r] = g[r] + effect;
    }
    natural(effect, 80, workload);
    placement(g, turned, 5, workload);
    blocks(g, matched, 4, workload);
    revert(effect, 0, 40, workload);
  }

  Trial trial;
  Random random;
  Noise noise;

 private:
  void layouts(Stage stage, const std::vector<double>& before, const std::vector<double>& after,
               std::uint32_t runs_each, std::uint32_t workload) {
    const bool known = std::ranges::any_of(trial.layout_stages,
                                           [&](const LayoutStage& s) { return s.stage == stage; });
    if (!known) {
      LayoutStage row;
      row.stage = stage;
      row.available = true;
      row.layouts = kCycle;
      if (stage == Stage::kPlacement) row.link_alignment = 16;
      trial.layout_stages.push_back(row);
    }
    for (const Arm arm : {Arm::kBefore, Arm::kAfter}) {
      const std::vector<double>& values = arm == Arm::kBefore ? before : after;
      for (std::uint32_t i = 0; i < values.size(); ++i) {
        if (!known) {
          Layout layout;
          layout.stage = stage;
          layout.arm = arm;
          layout.index = i;
          layout.residue = i * kCycle / static_cast<std::uint32_t>(values.size());
          layout.seed = random.bits();
          trial.layouts.push_back(layout);
        }
        const double of_layout = values[i] + noise.layout * random.normal();
        for (std::uint32_t r = 0; r < runs_each; ++r)
          run(arm, stage, workload, r, i, of_layout).layout = i;
      }
    }
  }
};

}  // namespace asmforge::made

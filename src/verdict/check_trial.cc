#include "verdict/check_trial.h"

#include <fmt/format.h>

#include <array>
#include <set>
#include <tuple>
#include <utility>

namespace asmforge {
namespace {

// Far above what ab makes; they bound the time that deciding takes.
constexpr std::size_t kMostWorkloads = 1000;
constexpr std::size_t kMostLayouts = 4096;
constexpr std::size_t kMostLooks = 64;
constexpr std::uint32_t kCycle = 64;

using LayoutKey = std::tuple<Stage, Arm, std::uint32_t>;

bool of_layouts(Stage stage) { return stage == Stage::kPlacement || stage == Stage::kBlocks; }

// A level of a test, small enough that the interval of twice of it has a confidence.
bool is_level(double alpha) { return alpha > 0 && alpha < 0.5; }

std::string wrong_settings(const TrialSettings& settings) {
  if (!(settings.floor >= 0 && settings.floor < 1)) return "settings.floor is no share below 1";
  for (const auto& [name, alpha] :
       {std::pair("alpha", settings.alpha), std::pair("natural_alpha", settings.natural_alpha)})
    if (!is_level(alpha)) return fmt::format("settings.{} is not between 0 and 0.5", name);
  return "";
}

std::string wrong_looks(const Trial& trial) {
  if (trial.natural_looks.size() > trial.workloads.size())
    return "natural_looks has more plans than there are workloads";
  for (std::size_t i = 0; i < trial.natural_looks.size(); ++i) {
    const LookPlan& plan = trial.natural_looks[i];
    if (!is_level(plan.alpha))
      return fmt::format("natural_looks[{}].alpha is not between 0 and 0.5", i);
    if (plan.units.size() > kMostLooks)
      return fmt::format("natural_looks[{}].units has more than {} looks", i, kMostLooks);
    std::uint32_t last = 0;
    for (const std::uint32_t units : plan.units) {
      if (units <= last) return fmt::format("natural_looks[{}].units does not ascend", i);
      last = units;
    }
  }
  return "";
}

std::string wrong_layouts(const Trial& trial, std::set<LayoutKey>& known) {
  std::set<Stage> stages;
  for (std::size_t i = 0; i < trial.layout_stages.size(); ++i) {
    const LayoutStage& stage = trial.layout_stages[i];
    if (!of_layouts(stage.stage))
      return fmt::format("layout_stages[{}]: the {} stage has no layouts", i,
                         to_string(stage.stage));
    if (!stages.insert(stage.stage).second)
      return fmt::format("layout_stages[{}]: the {} stage is there twice", i,
                         to_string(stage.stage));
    if (stage.link_alignment == 0) return fmt::format("layout_stages[{}].link_alignment is 0", i);
  }
  if (trial.layouts.size() > kMostLayouts)
    return fmt::format("layouts has more than {} elements", kMostLayouts);
  for (std::size_t i = 0; i < trial.layouts.size(); ++i) {
    const Layout& layout = trial.layouts[i];
    if (!of_layouts(layout.stage))
      return fmt::format("layouts[{}]: the {} stage has no layouts", i, to_string(layout.stage));
    if (layout.stage == Stage::kPlacement && layout.residue >= kCycle)
      return fmt::format("layouts[{}].residue is not below 64", i);
    if (!known.insert({layout.stage, layout.arm, layout.index}).second)
      return fmt::format("layouts[{}]: layout {} is there twice", i, layout.index);
  }
  return "";
}

std::string wrong_run(const Trial& trial, const RunSample& run, const std::set<LayoutKey>& known) {
  if (run.workload >= trial.workloads.size())
    return fmt::format("there is no workload {}", run.workload);
  if (of_layouts(run.stage) != (run.layout != kNoLayout))
    return fmt::format("a run of the {} stage has {} layout", to_string(run.stage),
                       of_layouts(run.stage) ? "no" : "a");
  if (run.layout != kNoLayout && !known.contains({run.stage, run.arm, run.layout}))
    return fmt::format("there is no layout {} of that stage and arm", run.layout);
  const std::array seconds = {run.cpu_seconds, run.wall_seconds, run.waited_seconds};
  for (const double one : seconds)
    if (one < 0) return "a time is below 0";
  if (run.disturbances >= 1u << kDisturbances)
    return fmt::format("there are no disturbances {}", run.disturbances);
  return "";
}

}  // namespace

std::string what_is_wrong(const Trial& trial) {
  if (std::string wrong = wrong_settings(trial.settings); !wrong.empty()) return wrong;
  if (trial.workloads.empty()) return "workloads is empty";
  if (trial.workloads.size() > kMostWorkloads)
    return fmt::format("workloads has more than {} elements", kMostWorkloads);
  if (std::string wrong = wrong_looks(trial); !wrong.empty()) return wrong;
  std::set<LayoutKey> known;
  if (std::string wrong = wrong_layouts(trial, known); !wrong.empty()) return wrong;
  for (std::size_t i = 0; i < trial.runs.size(); ++i)
    if (const std::string wrong = wrong_run(trial, trial.runs[i], known); !wrong.empty())
      return fmt::format("runs[{}]: {}", i, wrong);
  return "";
}

}  // namespace asmforge

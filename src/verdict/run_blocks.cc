#include "verdict/run_blocks.h"

#include <fmt/format.h>

namespace asmforge {
namespace {

// A block is made at most so often. Where most blocks are disturbed, making them again
// only spends the time: then as many are made again as were not, and no more.
constexpr int kTries = 3;
constexpr std::size_t kFreeRepeats = 8;

std::array<std::uint32_t, 3> key_of(Stage stage, Arm arm, std::uint32_t layout) {
  return {static_cast<std::uint32_t>(stage), static_cast<std::uint32_t>(arm), layout};
}

std::string names_of(Disturbances bits) {
  std::string names;
  for (std::size_t i = 0; i < kDisturbances; ++i) {
    const auto one = static_cast<Disturbance>(1u << i);
    if ((bits & bit(one)) != 0)
      names += fmt::format("{}{}", names.empty() ? "" : ", ", to_string(one));
  }
  return names;
}

}  // namespace

void BlockRunner::set_layout(const Layout& layout, std::string path) {
  layouts_[key_of(layout.stage, layout.arm, layout.index)] = {std::move(path),
                                                              programs_.at(layout.arm).name};
}

void BlockRunner::expect(std::uint32_t workload, std::string output_hash, double timeout_seconds) {
  expected_[workload] = {std::move(output_hash), timeout_seconds};
}

const Program& BlockRunner::program_of(const PlannedRun& run) const {
  if (run.layout == kNoLayout) return programs_.at(run.arm);
  return layouts_.at(key_of(run.stage, run.arm, run.layout));
}

bool BlockRunner::make_again(int tries) const {
  return tries < kTries && 2 * again_ < blocks_ + kFreeRepeats;
}

Result<std::optional<RunFailure>> BlockRunner::run(std::uint32_t workload, std::uint32_t block,
                                                   std::vector<PlannedRun> runs) {
  ++blocks_;
  for (int tries = 1;; ++tries) {
    const std::size_t first = trial_.runs.size();
    AF_TRY(std::optional<RunFailure> failure, run_once(workload, block, runs));
    if (failure) return failure;
    Disturbances disturbed = 0;
    for (std::size_t i = first; i < trial_.runs.size(); ++i)
      disturbed |= trial_.runs[i].disturbances;
    // What is counted does not depend on what else ran.
    if (disturbed == 0 || trial_.workloads[workload].metric.deterministic)
      return std::optional<RunFailure>();
    seen_ |= disturbed;
    if (!make_again(tries)) {
      ++kept_disturbed_;
      return std::optional<RunFailure>();
    }
    ++again_;
    for (std::size_t i = first; i < trial_.runs.size(); ++i) trial_.runs[i].repeated = true;
    runs = made_again({trial_.settings.seed, runs.front().stage, workload, block,
                       static_cast<std::uint32_t>(tries)},
                      runs);
  }
}

Result<std::optional<RunFailure>> BlockRunner::run_once(std::uint32_t workload_index,
                                                        std::uint32_t block,
                                                        std::span<const PlannedRun> runs) {
  const Workload& workload = trial_.workloads[workload_index];
  const Expected& expected = expected_[workload_index];
  const std::size_t first = trial_.runs.size();
  std::optional<RunFailure> failure;
  rig_.begin_block();
  for (const PlannedRun& planned : runs) {
    const Program& program = program_of(planned);
    AF_TRY(RunReport report,
           rig_.run({program.path, program.name, &workload, planned.environment_padding_bytes,
                     expected.timeout_seconds}));
    RunSample& sample = report.sample;
    sample.arm = planned.arm;
    sample.stage = planned.stage;
    sample.workload = workload_index;
    sample.block = block;
    sample.position = static_cast<std::uint32_t>(trial_.runs.size() - first);
    sample.layout = planned.layout;
    const std::string hash = sample.output_hash;
    const bool succeeded = !report.timed_out && sample.succeeded(workload.exit_status);
    trial_.runs.push_back(std::move(report.sample));
    const auto failed = [&](std::string_view how) {
      return RunFailure{planned.arm, planned.stage, planned.layout,
                        fmt::format("{} {} in run {}, having succeeded before", program.name, how,
                                    trial_.runs.size())};
    };
    if (!succeeded) failure = failed(report.ending);
    if (succeeded && !expected.output_hash.empty() && hash != expected.output_hash)
      failure = failed("printed something else");
    if (failure) break;
  }
  const Disturbances of_block = rig_.end_block();
  for (std::size_t i = first; i < trial_.runs.size(); ++i) trial_.runs[i].disturbances |= of_block;
  return failure;
}

std::vector<std::string> BlockRunner::notes() const {
  std::vector<std::string> notes;
  if (again_ != 0)
    notes.push_back(fmt::format("{} of {} blocks of runs were disturbed and made again ({})",
                                again_, blocks_ + again_, names_of(seen_)));
  if (kept_disturbed_ != 0)
    notes.push_back(fmt::format(
        "{} of {} blocks of runs stayed disturbed ({}): they are used, and marked in the record",
        kept_disturbed_, blocks_, names_of(seen_)));
  return notes;
}

}  // namespace asmforge

// Makes blocks of runs and writes them into the trial. A block that something disturbed
// is made again; the disturbed runs stay in the record, marked.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/trial.h"
#include "measure/rig.h"
#include "measure/schedule.h"

namespace asmforge {

struct Program {
  std::string path;  // that is executed
  std::string name;  // its argv[0]
};

// A run that did not end as the runs of the gates did.
struct RunFailure {
  Arm arm = Arm::kBefore;
  Stage stage = Stage::kNatural;
  std::uint32_t layout = kNoLayout;
  std::string what;  // "./after ended with status 3 in run 57"
};

class BlockRunner {
 public:
  BlockRunner(Rig& rig, Trial& trial) : rig_(rig), trial_(trial) {}

  void set_program(Arm arm, Program program) { programs_[arm] = std::move(program); }
  void set_layout(const Layout& layout, std::string path);
  [[nodiscard]] const Program& program(Arm arm) const { return programs_.at(arm); }

  // What the gates saw: later runs of the workload must print the same, when there is a
  // hash, and end in time.
  void expect(std::uint32_t workload, std::string output_hash, double timeout_seconds);

  // One block. An error when the rig cannot go on; a failure when a program did not
  // behave, with what was measured until then in the trial.
  Result<std::optional<RunFailure>> run(std::uint32_t workload, std::uint32_t block,
                                        std::vector<PlannedRun> runs);

  // "12 of 80 blocks were disturbed and made again (steal, waited)"; none when nothing was.
  [[nodiscard]] std::vector<std::string> notes() const;

 private:
  struct Expected {
    std::string output_hash;
    double timeout_seconds = 0;
  };
  [[nodiscard]] const Program& program_of(const PlannedRun& run) const;
  Result<std::optional<RunFailure>> run_once(std::uint32_t workload, std::uint32_t block,
                                             std::span<const PlannedRun> runs);
  [[nodiscard]] bool make_again(int tries) const;

  Rig& rig_;
  Trial& trial_;
  std::map<Arm, Program> programs_;
  std::map<std::array<std::uint32_t, 3>, Program> layouts_;  // stage, arm, index
  std::map<std::uint32_t, Expected> expected_;
  std::size_t blocks_ = 0;
  std::size_t again_ = 0;
  std::size_t kept_disturbed_ = 0;
  Disturbances seen_ = 0;
};

}  // namespace asmforge

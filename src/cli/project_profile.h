// What the workloads of a project execute, counted in QEMU, and what could be changed
// where they do.
#pragma once

#include <string>
#include <vector>

#include "core/binary.h"
#include "core/profile.h"
#include "core/result.h"
#include "core/step.h"
#include "core/trial.h"
#include "forge/forge.h"
#include "forge/project.h"
#include "measure/layouts/capture.h"
#include "plan/change_request.h"
#include "transform/compile_unit.h"

namespace asmforge {

// One run of the workload, in this folder. kBadInput when it does not end as it should.
Result<Profile> count_workload(const std::string& program, const Workload& workload);

// The same natively, for where its time goes.
struct SampledWorkload {
  Profile profile;
  double samples_per_second = 0;  // of processor time
};
Result<SampledWorkload> sample_workload(const std::string& program, const Workload& workload);

// How the sources of a captured build were compiled.
std::vector<CompileUnit> units_of(const Capture& capture);

// Gathers the changes of asmforge's own for the programs of one build, in the functions that the
// project chooses; none of those that it forbids.
class ChangePlanner {
 public:
  // kBadInput for a word in [forge] forbid that forbids nothing.
  static Result<ChangePlanner> open(const Project& project, const BuildOfTree& build,
                                    bool allow_assumptions);
  // From what a workload executes in a program of the build.
  Result<Done> add(const std::string& program, const Binary& binary, const Profile& profile);
  // Nothing need be counted then.
  [[nodiscard]] bool none_wanted() const { return none_wanted_; }
  [[nodiscard]] const std::vector<Step>& steps() const { return steps_; }

 private:
  ChangePlanner() = default;
  bool none_wanted_ = false;
  std::vector<CompileUnit> units_;
  ChangeRequest request_;
  std::vector<Step> steps_;
};

// Counts all training workloads, for changes alone. kUnavailable, with what they wait for, when
// nothing but another algorithm makes any of them faster.
Result<std::vector<Step>> plan_changes(const Project& project, const BuildOfTree& build,
                                       bool allow_assumptions);

}  // namespace asmforge

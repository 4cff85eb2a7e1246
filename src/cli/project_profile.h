// What the workloads of a project execute, counted in QEMU, and what could be asked of the
// loops in which they do.
#pragma once

#include <string>
#include <vector>

#include "core/profile.h"
#include "core/result.h"
#include "core/step.h"
#include "core/trial.h"
#include "forge/project.h"

namespace asmforge {

// One run of the workload, in this folder. kBadInput when it does not end as it should.
Result<Profile> count_workload(const std::string& program, const Workload& workload);

// Steps at the hottest loops of the programs in `folder`, built from the sources below `tree`,
// in the functions that the project chooses. None when it forbids them.
Result<std::vector<Step>> plan_pragmas(const Project& project, const std::string& tree,
                                       const std::string& folder);

}  // namespace asmforge

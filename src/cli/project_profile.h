// What the workloads of a project execute, counted in QEMU, and what could be changed
// where they do.
#pragma once

#include <string>
#include <vector>

#include "core/profile.h"
#include "core/result.h"
#include "core/step.h"
#include "core/trial.h"
#include "forge/forge.h"
#include "forge/project.h"
#include "measure/layouts/capture.h"
#include "transform/compile_unit.h"

namespace asmforge {

// One run of the workload, in this folder. kBadInput when it does not end as it should.
Result<Profile> count_workload(const std::string& program, const Workload& workload);

// How the sources of a captured build were compiled.
std::vector<CompileUnit> units_of(const Capture& capture);

// Steps of asmforge's own for the programs of a build, in the functions that the project chooses.
// None when it forbids them.
Result<std::vector<Step>> plan_changes(const Project& project, const BuildOfTree& build,
                                       bool allow_assumptions);

}  // namespace asmforge

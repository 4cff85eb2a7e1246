// What the workloads of a project execute, and what the compiler did badly there.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/project_profile.h"
#include "core/result.h"
#include "forge/forge.h"
#include "forge/project.h"
#include "plan/make_plan.h"

namespace asmforge {

using Progress = std::function<void(std::string_view what)>;

enum class LookFor : std::uint8_t {
  kFindings,
  kLimitsToo,  // what is proven to wait for memory or for itself: one more run
};

// One run of the workload in the build that `folder` holds. What the loop can try by itself
// goes to `planner`, which may be nullptr.
Result<AuditedWorkload> audit_workload(const std::string& folder, const ProjectWorkload& one,
                                       ChangePlanner* planner, LookFor what,
                                       const Progress& progress);

// Takes out what the project does not want to look at; how much of it there is, as notes.
std::vector<std::string> leave_out(const ForgeSettings& settings,
                                   std::vector<AuditedWorkload>& audits);

// Where a build executes most, the first few, a line each: "31.2 % in longest_match, loop 2 at
// deflate.c:1300: hot loop, in which no check finds anything".
Result<std::vector<std::string>> remaining_work(const Project& project, const std::string& folder);

}  // namespace asmforge

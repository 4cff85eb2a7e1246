#include "cli/project_profile.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/descriptor.h"
#include "collect/open.h"
#include "collect/profiles/profile_program.h"
#include "measure/rig.h"
#include "plan/hot_loops.h"
#include "plan/pragma_steps.h"

namespace asmforge {
namespace {

constexpr double kLeastShare = 0.05;  // of what is executed: a gain there can be seen

}  // namespace

Result<Profile> count_workload(const std::string& program, const Workload& workload) {
  const std::string& path = workload.input_path.empty() ? "/dev/null" : workload.input_path;
  const Descriptor input(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const Descriptor nowhere(open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (!input.open() || !nowhere.open())
    return Error{ErrorCode::kBadInput,
                 fmt::format("{}: the input {} cannot be read", workload.name, path), ""};
  ProfileRequest request;
  request.command = {program};
  request.command.insert(request.command.end(), workload.arguments.begin(),
                         workload.arguments.end());
  request.environment = run_environment(workload, 0);
  request.input = input.get();
  request.output = nowhere.get();
  AF_TRY(ProfiledRun run, count_exactly(request));
  if (run.interrupted) return Error{ErrorCode::kInterrupted, "interrupted", ""};
  if (run.ending.signal != 0 || run.ending.exit_status != workload.exit_status)
    return Error{ErrorCode::kBadInput,
                 fmt::format("{}: {} {}", workload.name, program, to_string(run.ending)),
                 "mend the workload in asmforge.toml"};
  return std::move(run.profile);
}

Result<std::vector<Step>> plan_pragmas(const Project& project, const std::string& tree,
                                       const std::string& folder) {
  std::vector<Step> steps;
  const std::vector<std::string>& forbidden = project.forge.forbid;
  if (std::ranges::find(forbidden, "pragma") != forbidden.end()) return steps;
  for (const ProjectWorkload& one : project.workloads) {
    if (one.workload.validation) continue;
    const std::string program = fmt::format("{}/{}", folder, one.binary);
    AF_TRY(const Profile profile, count_workload(program, one.workload));
    AF_TRY(const std::vector<Binary> binaries, open_input(program, {}));
    AF_TRY(const std::vector<HotLoop> loops,
           hot_loops(binaries.front(), profile, kLeastShare, HotLoopKind::kInnermost));
    PragmaStepsRequest request;
    request.tree = tree;
    AF_TRY(request.dialect, dialect_of(program));
    request.forbidden_files = forbidden;
    for (Step& step : pragma_steps(loops, request))
      if (std::ranges::find(steps, step) == steps.end()) steps.push_back(std::move(step));
  }
  return steps;
}

}  // namespace asmforge

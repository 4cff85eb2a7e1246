#include "cli/project_profile.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/descriptor.h"
#include "base/text.h"
#include "cli/chosen_functions.h"
#include "cli/workload_limits.h"
#include "collect/open.h"
#include "collect/profiles/profile_program.h"
#include "measure/layouts/capture.h"
#include "measure/rig.h"
#include "plan/change_steps.h"
#include "plan/pragma_steps.h"
#include "transform/compile_unit.h"

namespace asmforge {
namespace {

constexpr std::string_view kAllOwn = "automatic";
constexpr std::array<std::string_view, 8> kTransforms = {kAllOwn,         "flag",
                                                         "attribute",     "pragma",
                                                         "expectation",   kRestrictTransform,
                                                         kIvdepTransform, kFastMathTransform};

// A misspelt word would forbid nothing.
Result<Done> check_forbidden(const std::vector<std::string>& forbidden, const std::string& tree) {
  std::error_code ignored;
  for (const std::string& one : forbidden)
    if (std::ranges::find(kTransforms, one) == kTransforms.end() &&
        !std::filesystem::exists(std::filesystem::path(tree) / one, ignored))
      return Error{ErrorCode::kBadInput,
                   fmt::format("'forbid' of {} names {}, which is neither a transform nor a file",
                               kProjectFile, one),
                   fmt::format("transforms are {}; files count from the repository's top",
                               fmt::join(kTransforms, ", "))};
  return Done{};
}

Result<ProfiledRun> run_workload(
    const std::string& program, const Workload& workload, ProfileRequest request,
    const std::function<Result<ProfiledRun>(const ProfileRequest&)>& profile) {
  const std::string& path = workload.input_path.empty() ? "/dev/null" : workload.input_path;
  const Descriptor input(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const Descriptor nowhere(open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (!input.open() || !nowhere.open())
    return Error{ErrorCode::kBadInput,
                 fmt::format("{}: the input {} cannot be read", workload.name, path), ""};
  request.command = {program};
  request.command.insert(request.command.end(), workload.arguments.begin(),
                         workload.arguments.end());
  request.environment = run_environment(workload, 0);
  request.input = input.get();
  request.output = nowhere.get();
  AF_TRY(ProfiledRun run, profile(request));
  if (run.interrupted) return Error{ErrorCode::kInterrupted, "interrupted", ""};
  if (run.ending.signal != 0 || run.ending.exit_status != workload.exit_status)
    return Error{ErrorCode::kBadInput,
                 fmt::format("{}: {} {}", workload.name, program, to_string(run.ending)),
                 "mend the workload in asmforge.toml"};
  return run;
}

}  // namespace

Result<Profile> count_workload(const std::string& program, const Workload& workload) {
  AF_TRY(ProfiledRun run, run_workload(program, workload, {}, count_exactly));
  return std::move(run.profile);
}

Result<SampledWorkload> sample_workload(const std::string& program, const Workload& workload) {
  const ProfileRequest request;
  AF_TRY(ProfiledRun run, run_workload(program, workload, request, sample_natively));
  return SampledWorkload{std::move(run.profile), static_cast<double>(request.frequency)};
}

std::vector<CompileUnit> units_of(const Capture& capture) {
  std::vector<CompileUnit> units;
  units.reserve(capture.sources.size());
  for (const SourceStep& source : capture.sources) {
    units.push_back(compile_unit(source.argv, source.directory));
    units.back().compiler = source.compiler;
  }
  return units;
}

Result<ChangePlanner> ChangePlanner::open(const Project& project, const BuildOfTree& build,
                                          bool allow_assumptions) {
  AF_TRY([[maybe_unused]] const Done known, check_forbidden(project.forge.forbid, build.tree));
  ChangePlanner planner;
  planner.none_wanted_ =
      std::ranges::find(project.forge.forbid, kAllOwn) != project.forge.forbid.end();
  if (planner.none_wanted_) return planner;
  AF_TRY(const Capture capture, open_capture(build.capture));
  planner.units_ = units_of(capture);
  planner.request_.tree = build.tree;
  planner.request_.project = build.project;
  planner.request_.build_command = project.build;
  planner.request_.forbidden = project.forge.forbid;
  planner.request_.allow_assumptions = allow_assumptions;
  const auto chosen = std::make_shared<ChosenFunctions>(project.forge.functions);
  planner.request_.chosen = [chosen](const Finding& place,
                                     const std::vector<SourceLocation>& sources) {
    return chosen->has(place, sources);
  };
  return planner;
}

Result<Done> ChangePlanner::add(const std::string& program, const Binary& binary,
                                const Profile& profile) {
  if (none_wanted_) return Done{};
  AF_TRY(request_.dialect, dialect_of(program));
  AF_TRY(std::vector<Step> found, change_steps(binary, profile, units_, request_));
  for (Step& step : found)
    if (std::ranges::find(steps_, step) == steps_.end()) steps_.push_back(std::move(step));
  return Done{};
}

Result<std::vector<Step>> plan_changes(const Project& project, const BuildOfTree& build,
                                       bool allow_assumptions) {
  AF_TRY(ChangePlanner planner, ChangePlanner::open(project, build, allow_assumptions));
  if (planner.none_wanted()) return std::vector<Step>();
  std::string limited;
  bool any_is_not = false;
  for (const ProjectWorkload& one : project.workloads) {
    if (one.workload.validation) continue;
    const std::string program = fmt::format("{}/{}", build.folder, one.binary);
    AF_TRY(const Profile profile, count_workload(program, one.workload));
    AF_TRY(const std::vector<Binary> binaries, open_input(program, {}));
    AF_TRY(std::vector<LoopLimit> limits,
           workload_limits(program, binaries.front(), one.workload, profile));
    limits = limits_for_all(std::move(limits), allow_assumptions);
    if (limited_share(limits) >= kAllIsLimited) {
      limited += fmt::format("{}{}: {} of its time is in {}, {}", limited.empty() ? "" : "; ",
                             one.workload.name, percent(limits.front().time_share),
                             limits.front().place.demangled, words_of(limits.front()));
      continue;
    }
    any_is_not = true;
    AF_TRY([[maybe_unused]] const Done added, planner.add(program, binaries.front(), profile));
  }
  if (!any_is_not && !limited.empty())
    return Error{ErrorCode::kUnavailable,
                 limited +
                     "; another algorithm or other data can change that, no flag or "
                     "attribute does",
                 ""};
  return planner.steps();
}

}  // namespace asmforge

#include "plan/assumption_steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "plan/flag_for_source.h"
#include "transform/edit.h"
#include "transform/restrict_pointers.h"

namespace asmforge {
namespace {

// Least asserted first: nobody reads errno after sqrt; nobody looks at the exceptions' flags or
// traps them; sums may be taken in any order, and nothing is infinite or not a number.
constexpr std::array<std::string_view, 3> kFastMathFlags = {"-fno-math-errno", "-fno-trapping-math",
                                                            "-ffast-math"};

void add(Step step, std::vector<Step>& steps) {
  if (std::ranges::find(steps, step.name, &Step::name) == steps.end())
    steps.push_back(std::move(step));
}

void add_restrict(const DefinitionPlace& place, std::vector<Step>& steps) {
  const auto& [source, function] = place;
  const Result<Patch> patch = place_restrict(source->file, source->text, *function);
  if (!patch) return;
  Step step;
  step.name = fmt::format("{}:{}: {} restrict", source->file, function->line, function->name);
  step.transform = kRestrictTransform;
  step.patch = unified_diff(source->text, *patch);
  step.assumption = Assumption{source->file, function->line, ""};
  add(std::move(step), steps);
}

void add_fast_math(const DefinitionPlace& place, const ChangeRequest& request,
                   std::vector<Step>& steps) {
  const auto& [source, function] = place;
  // Only C can be called to try it.
  if (!source->file.ends_with(".c")) return;
  for (const std::string_view flag : kFastMathFlags) {
    std::optional<Step> step = flag_for_source(*source, request, std::string(flag));
    if (!step) continue;
    step->transform = kFastMathTransform;
    step->assumption = Assumption{source->file, function->line, std::string(flag)};
    add(std::move(*step), steps);
  }
}

void add_ivdep(const HotLoop& loop, const ChangeRequest& request, TreeSources& sources,
               std::vector<Step>& steps) {
  // Without a store nothing depends on an earlier iteration through memory, and what is done
  // with vectors needs no help.
  if (loop.contents.vector_width_bits != 0 || loop.contents.stores == 0 ||
      loop.contents.loads == 0 || loop.contents.calls != 0)
    return;
  const std::optional<LoopPlace> place = sources.loop_of(loop.sources);
  if (!place || !place->source->file.ends_with(".c")) return;
  const auto& [source, statement] = *place;
  const FunctionDefinition* function = function_around(source->map, statement->line);
  if (function == nullptr) return;
  const std::string_view pragma =
      request.dialect == PragmaDialect::kGcc ? "GCC ivdep" : "clang loop vectorize(assume_safety)";
  const Result<Patch> patch = place_loop_pragma(source->file, source->text, *statement, pragma);
  if (!patch) return;
  Step step;
  step.name = fmt::format("{}:{}: {}", source->file, statement->line, pragma);
  step.transform = kIvdepTransform;
  step.patch = unified_diff(source->text, *patch);
  step.assumption = Assumption{source->file, function->line, ""};
  add(std::move(step), steps);
}

}  // namespace

std::vector<Step> assumption_steps(std::span<const HotFunction> functions,
                                   std::span<const HotLoop> loops, const ChangeRequest& request,
                                   TreeSources& sources) {
  std::vector<Step> steps;
  if (!request.allow_assumptions) return steps;
  for (const HotFunction& hot : functions) {
    if (!hot.source.known()) continue;
    const std::optional<DefinitionPlace> place = sources.definition_at(hot.source.frames.back());
    if (!place) continue;
    if (!request.forbids(kRestrictTransform)) add_restrict(*place, steps);
    if (hot.floats && !request.forbids(kFastMathTransform)) add_fast_math(*place, request, steps);
  }
  if (request.forbids(kIvdepTransform)) return steps;
  for (std::size_t i = 0; i < std::min(loops.size(), request.most_loops); ++i)
    add_ivdep(loops[i], request, sources, steps);
  return steps;
}

}  // namespace asmforge

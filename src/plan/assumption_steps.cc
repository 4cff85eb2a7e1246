#include "plan/assumption_steps.h"

#include <fmt/format.h>

#include <optional>

#include "transform/edit.h"
#include "transform/restrict_pointers.h"

namespace asmforge {

std::vector<Step> assumption_steps(std::span<const HotFunction> functions,
                                   const ChangeRequest& request, TreeSources& sources) {
  std::vector<Step> steps;
  if (!request.allow_assumptions || request.forbids(kRestrictTransform)) return steps;
  for (const HotFunction& hot : functions) {
    if (!hot.source.known()) continue;
    const std::optional<DefinitionPlace> place = sources.definition_at(hot.source.frames.back());
    if (!place) continue;
    const auto& [source, function] = *place;
    const Result<Patch> patch = place_restrict(source->file, source->text, *function);
    if (!patch) continue;
    Step step;
    step.name = fmt::format("{}:{}: {} restrict", source->file, function->line, function->name);
    step.transform = kRestrictTransform;
    step.patch = unified_diff(source->text, *patch);
    steps.push_back(std::move(step));
  }
  return steps;
}

}  // namespace asmforge

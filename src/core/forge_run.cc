#include "core/forge_run.h"

#include "core/names.h"

namespace asmforge {
namespace {

constexpr std::array<NameOf<StepState>, 6> kStepStateNames = {{
    {StepState::kPending, "pending"},
    {StepState::kKept, "kept"},
    {StepState::kDropped, "dropped"},
    {StepState::kFailed, "failed"},
    {StepState::kWithdrawn, "withdrawn"},
    {StepState::kLeft, "left"},
}};

}  // namespace

std::string_view to_string(StepState state) { return name_in(kStepStateNames, state); }

std::optional<StepState> step_state_from_string(std::string_view text) {
  return value_in(kStepStateNames, text);
}

}  // namespace asmforge

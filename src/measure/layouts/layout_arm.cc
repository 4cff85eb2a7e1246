#include "measure/layouts/layout_arm.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asmforge {
namespace {

Result<LayoutArm> find_arm(Arm arm, const Capture& capture, const std::string& program,
                           const LayoutRequest& request) {
  LayoutArm found{.arm = arm, .capture = &capture, .link = nullptr, .objects = {}};
  AF_TRY(found.link, find_link(capture, program));
  if (!link_time_optimised(*found.link).empty()) return found;
  AF_TRY(found.objects, find_changed_objects(capture, *found.link, request.functions));
  return found;
}

bool defines(const LayoutArm& arm, const std::string& function) {
  return std::any_of(arm.objects.begin(), arm.objects.end(), [&](const ChangedObject& object) {
    return std::any_of(object.functions.begin(), object.functions.end(),
                       [&](const DefinedFunction& known) { return known.name == function; });
  });
}

// Objects that are no input of the other build's link, byte for byte.
std::vector<ChangedObject> own_objects(const LayoutArm& arm, const LayoutArm& other) {
  std::vector<ChangedObject> own;
  for (const ChangedObject& object : arm.objects) {
    const std::string& hash = arm.link->inputs[object.place.input].hash;
    const bool shared = std::any_of(other.link->inputs.begin(), other.link->inputs.end(),
                                    [&](const StepInput& input) { return input.hash == hash; });
    if (!shared) own.push_back(object);
  }
  return own;
}

// An object that went into both builds has not changed, whatever its functions look like
// once linked: data that moved changes the displacements in crtbeginS.o. Where nothing else
// is left, these are what there is to move.
void drop_shared_objects(LayoutArms& arms) {
  std::vector<ChangedObject> before = own_objects(arms.before, arms.after);
  std::vector<ChangedObject> after = own_objects(arms.after, arms.before);
  if (before.empty() || after.empty()) return;
  arms.before.objects = std::move(before);
  arms.after.objects = std::move(after);
}

}  // namespace

Result<LayoutArms> find_arms(const LayoutRequest& request) {
  LayoutArms arms;
  AF_TRY(arms.before, find_arm(Arm::kBefore, *request.before, request.before_program, request));
  AF_TRY(arms.after, find_arm(Arm::kAfter, *request.after, request.after_program, request));
  drop_shared_objects(arms);
  for (const bool wanted_in_both : {true, false})
    for (const std::string& name : request.functions) {
      const bool in_before = defines(arms.before, name);
      const bool in_after = defines(arms.after, name);
      if ((in_before && in_after) == wanted_in_both && (in_before || in_after))
        arms.functions.push_back(name);
    }
  for (const LayoutArm* arm : {&arms.before, &arms.after}) {
    if (arms.unavailable.empty()) arms.unavailable = link_time_optimised(*arm->link);
    if (arms.unavailable.empty() && arm->objects.empty())
      arms.unavailable = fmt::format(
          "no object that {} is linked from defines a function that changed", arm->link->output);
  }
  return arms;
}

}  // namespace asmforge

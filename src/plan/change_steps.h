// Steps of asmforge's own for one program, from where it executes what.
#pragma once

#include <span>
#include <vector>

#include "core/binary.h"
#include "core/profile.h"
#include "core/result.h"
#include "core/step.h"
#include "plan/change_request.h"
#include "transform/compile_unit.h"

namespace asmforge {

// Compiler flags, attributes, pragmas and branches, in this order: what concerns more code comes
// first; last what asserts something. `units` are how the program's sources were compiled.
Result<std::vector<Step>> change_steps(const Binary& binary, const Profile& profile,
                                       std::span<const CompileUnit> units,
                                       const ChangeRequest& request);

}  // namespace asmforge

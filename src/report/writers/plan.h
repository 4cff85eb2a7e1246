// `asmforge plan`: what to try, why, and how to have it tried.
#pragma once

#include "core/plan.h"
#include "report/output.h"
#include "report/palette.h"

namespace asmforge {

// The first `limit` steps.
void write_plan(const Plan& plan, std::size_t limit, const Palette& palette, Output& out);
void write_plan_json(const Plan& plan, Output& out);

}  // namespace asmforge

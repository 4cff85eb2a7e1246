// `asmforge plan`: what to try, why, and how to have it tried.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/plan.h"
#include "report/output.h"
#include "report/palette.h"
#include "report/sarif.h"
#include "report/writers/check_list.h"

namespace asmforge {

// The first `limit` steps.
void write_plan(const Plan& plan, std::size_t limit, const Palette& palette, Output& out);
void write_plan_json(const Plan& plan, Output& out);

struct PlanSarif {
  std::vector<CheckDescription> checks;  // all, in the order of their rules
  SarifRoot root;
  std::map<std::string, SarifProgram> programs;  // by PlanStep::binary
};
void write_plan_sarif(const Plan& plan, const PlanSarif& about, Output& out);

}  // namespace asmforge

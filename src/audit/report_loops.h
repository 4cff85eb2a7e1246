// What checks of loops have in common: they look for sites in every loop that is
// worth it, report the sites of a loop together, and predict that the loop will
// have fewer of them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "audit/audited_function.h"
#include "core/predicate.h"

namespace asmforge {

// find(function, loop) returns the loop's sites; report(function, loop, sites) a finding.
template <class Find, class Report>
void report_loops(AuditedFunction& function, std::vector<Finding>& findings, Find find,
                  Report report) {
  for (LoopIndex loop = 0; loop < function.view().loops.loops.size(); ++loop) {
    if (!function.worth_auditing(loop)) continue;
    auto sites = find(function, loop);
    if (!sites.empty()) findings.push_back(report(function, loop, sites));
  }
}

// After the fix the loop has `fewer` less of what the metric counts.
void predict_fewer(Finding& finding, AuditedFunction& function, LoopIndex loop, Metric metric,
                   std::size_t fewer);

// What may be said of the part that the loop has in the source's loop, among what was ruled out.
std::string loop_part_ruled_out(const Loop& loop);

// "1 load is", "3 loads are"
std::string counted(std::size_t count, std::string_view one, std::string_view several);

}  // namespace asmforge

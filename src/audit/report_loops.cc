#include "audit/report_loops.h"

#include <cstdint>

#include "audit/loop_metrics.h"

namespace asmforge {

void predict_fewer(Finding& finding, AuditedFunction& function, LoopIndex loop, Metric metric,
                   std::size_t fewer) {
  finding.predicate.metric = metric;
  finding.predicate.relation = Relation::kLessEqual;
  finding.predicate.before = measure(metric, function, loop);
  finding.predicate.after = finding.predicate.before - static_cast<std::int64_t>(fewer);
}

std::string loop_part_ruled_out(const Loop& loop) {
  if (loop.role == LoopRole::kOnly || loop.role == LoopRole::kMain)
    return "the loop is no remainder, peel or cold loop";
  return "nothing says that the loop is a remainder, peel or cold loop";
}

std::string counted(std::size_t count, std::string_view one, std::string_view several) {
  return std::to_string(count) + ' ' + std::string(count == 1 ? one : several);
}

}  // namespace asmforge

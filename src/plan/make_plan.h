// Findings of a project's programs, ranked by what its workloads execute.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/audit_report.h"
#include "core/journal.h"
#include "core/plan.h"
#include "plan/hot_loops.h"
#include "plan/loop_limits.h"

namespace asmforge {

// An audit of a program, with the counts of one workload.
struct AuditedWorkload {
  std::string binary;
  std::string workload;
  double weight = 1;
  AuditReport report;
  // Which are steps of their own where nothing is found in them. Of all workloads, not only of
  // those in which they are hot: a mean is taken.
  std::vector<HotLoop> hot;
  std::vector<LoopLimit> limits;  // where it was looked for
};

struct LeastShares {
  double finding = 0.01;
  // Where nothing is found: a person's time is worth more than that of a check.
  double hot_loop = 0.05;
};

// The same finding under several workloads is one step; its share is their mean by weight.
// Findings below their least share are counted and left out, and so are those of library code
// that was not seen to run.
Plan make_plan(std::span<const AuditedWorkload> audits, std::span<const JournalScore> scores,
               LeastShares least);

}  // namespace asmforge

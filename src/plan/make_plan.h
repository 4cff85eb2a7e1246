// Findings of a project's programs, ranked by what its workloads execute.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/audit_report.h"
#include "core/journal.h"
#include "core/plan.h"
#include "plan/hot_loops.h"

namespace asmforge {

// An audit of a program, with the counts of one workload.
struct AuditedWorkload {
  std::string binary;
  std::string workload;
  double weight = 1;
  AuditReport report;
  std::vector<HotLoop> hot;  // which are steps of their own where nothing is found in them
};

// The same finding under several workloads is one step; its share is their mean by weight.
// Findings with a share below `least_share` are counted and left out, and so are those of library
// code that was not seen to run.
Plan make_plan(std::span<const AuditedWorkload> audits, std::span<const JournalScore> scores,
               double least_share);

}  // namespace asmforge

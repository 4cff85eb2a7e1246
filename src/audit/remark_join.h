// Tells findings what the compiler said of their code.
//
// A remark names the function in which a pass ran, by its symbol, and a place in the source. A
// loop that was inlined is spoken of in the function that it was inlined into, at the line of
// its own function:
//
//     --- !Missed                                  main, in which scale is inlined at line 30:
//     Pass: loop-vectorize                         4011b0  div r8d   scale.c:2:51 (inlined at 30:3)
//     DebugLoc: { File: scale.c, Line: 2, ...
//     Function: main
//
// So the place is looked for among all frames of the inline stacks of the function's loops.
// Where it fits several, or two files of remarks say different things of one place, nothing is
// joined: it is counted as ambiguous.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/audit_report.h"
#include "core/binary.h"
#include "core/result.h"

namespace asmforge {

// What was audited, with AuditOptions::keep_loop_code.
struct RemarkTarget {
  const Binary* binary = nullptr;
  AuditReport* report = nullptr;
};

// Reads the files of remarks, each once for all targets, and fills Finding::remarks and the
// first report's RemarkTotals. What is kept of them is what is said of findings.
Result<Done> join_remarks(std::span<const RemarkTarget> targets,
                          const std::vector<std::string>& paths,
                          const std::function<bool()>& should_stop);

}  // namespace asmforge

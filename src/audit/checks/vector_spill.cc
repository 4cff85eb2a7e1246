// A loop stores a vector register to the stack and loads it again, because it has more vectors
// than registers (audit/loop_spills.h):
//
//     .loop: movaps xmmword ptr [rsp + 32], xmm9
//            ...
//            addps  xmm0, xmmword ptr [rsp + 32]
#include "audit/check.h"
#include "audit/loop_spills.h"
#include "audit/report_loops.h"

namespace asmforge::checks {
namespace {

std::vector<LoopSpill> find_spills(AuditedFunction& function, LoopIndex loop) {
  return loop_spills(function, loop, SpillKind::kVector);
}

Finding report(AuditedFunction& function, LoopIndex loop, const std::vector<LoopSpill>& spills) {
  Finding finding = spill_finding(
      function, loop, spills,
      counted(spills.size(), "vector is", "vectors are") + " spilled to the stack and reloaded");
  finding.cause =
      "The loop has more vectors and floating-point values at a time than there are vector "
      "registers, so that some of them wait in memory. It was unrolled or interleaved too far, "
      "or was written with too many accumulators.";
  finding.fix_c =
      "Unroll or interleave it less (`#pragma clang loop interleave_count(2)`, `#pragma GCC "
      "unroll 1`), take fewer accumulators, or compile for a processor with more vector "
      "registers.";
  finding.fix_rust =
      "Take fewer accumulators or shorter chunks, or compile for a processor with more vector "
      "registers (-C target-cpu).";
  finding.risk =
      "Less unrolling makes a loop slower that waits for latencies rather than for loads.";
  return finding;
}

void run(AuditedFunction& function, std::vector<Finding>& findings) {
  report_loops(function, findings, find_spills, report);
}

}  // namespace

// How many registers a loop may have is known of x86-64 alone.
constexpr Isa kIsas[] = {Isa::kX86_64};

extern const Check vector_spill;
const Check vector_spill{
    "vector-spill", "a loop stores a vector to the stack and loads it again for want of registers",
    run, kIsas};

}  // namespace asmforge::checks

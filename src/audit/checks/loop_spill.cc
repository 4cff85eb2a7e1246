// A loop stores a value to the stack and loads it again, because it has more values than
// registers (audit/loop_spills.h):
//
//     .loop: mov  qword ptr [rsp + 24], rdx
//            ...
//            add  rax, qword ptr [rsp + 24]
#include "audit/check.h"
#include "audit/loop_spills.h"
#include "audit/report_loops.h"

namespace asmforge::checks {
namespace {

std::vector<LoopSpill> find_spills(AuditedFunction& function, LoopIndex loop) {
  return loop_spills(function, loop, SpillKind::kGeneral);
}

Finding report(AuditedFunction& function, LoopIndex loop, const std::vector<LoopSpill>& spills) {
  Finding finding = spill_finding(
      function, loop, spills,
      counted(spills.size(), "value is", "values are") + " spilled to the stack and reloaded");
  finding.cause =
      "The loop has more values at a time than there are general registers, so that some of "
      "them wait in memory. Unrolling, inlining and several pointers that advance side by side "
      "make for many.";
  finding.fix_c =
      "Split the loop in two, index several arrays by one variable in place of a pointer each, "
      "compute again what is cheap, or keep what happens rarely out of the loop in a function "
      "that is not inlined; where it was unrolled, unroll it less.";
  finding.fix_rust =
      "Split the loop in two, index several slices by one variable in place of an iterator "
      "each, or keep what happens rarely out of the loop in an #[inline(never)] function.";
  finding.risk =
      "Two loops read their data twice. Most cores forward a stored value within four or five "
      "cycles, and some at no cost: it counts where the value is part of a chain.";
  return finding;
}

void run(AuditedFunction& function, std::vector<Finding>& findings) {
  report_loops(function, findings, find_spills, report);
}

}  // namespace

// How many registers a loop may have is known of x86-64 alone.
constexpr Isa kIsas[] = {Isa::kX86_64};

extern const Check loop_spill;
const Check loop_spill{
    "loop-spill", "a loop stores a value to the stack and loads it again for want of registers",
    run, kIsas};

}  // namespace asmforge::checks

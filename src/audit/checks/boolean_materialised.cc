// A comparison's outcome is made a number, and the number is tested where the flags still say it:
//
//     .loop: cmp   edi, dword ptr [rsi]
//            setl  al                     1 or 0
//            movzx eax, al
//            test  eax, eax               nothing else reads it
//            jne   .less                  jl would do, right behind the cmp
//
// A boolean that is also stored, returned or computed with is real work.
#include <algorithm>
#include <string>
#include <vector>

#include "audit/check.h"
#include "audit/report_loops.h"
#include "isa/x86_64.h"

namespace asmforge::checks {
namespace {

struct Site {
  std::uint32_t set = kNoIndex;
  std::vector<std::uint32_t> extensions;
  std::uint32_t test = kNoIndex;
  std::uint32_t user = kNoIndex;  // the first that asks the test's flags
};

bool writes_flags(const Insn& insn) {
  return insn.is(InsnClass::kCall) || insn.writes.contains(x86_64::kStatusFlags);
}

// Register that the boolean is extended to; kNoRegister for anything else.
Register extended_to(const Insn& insn, RegisterSet boolean) {
  const bool registers_alone = insn.operand_count == 2 &&
                               insn.operands[0].kind == OperandKind::kRegister &&
                               insn.operands[1].kind == OperandKind::kRegister;
  if (!insn.is(InsnClass::kExtend) || !registers_alone || insn.operands[1].high_byte ||
      !boolean.contains(insn.operands[1].reg))
    return kNoRegister;
  return insn.operands[0].reg;
}

// Asks only whether a number that is 0 or 1 is 0.
bool asks_for_zero(const Insn& insn, RegisterSet boolean) {
  if (insn.operand_count != 2 || insn.operands[0].kind != OperandKind::kRegister ||
      insn.operands[0].high_byte || !boolean.contains(insn.operands[0].reg))
    return false;
  if (insn.operation == IntegerOperation::kCompare)
    return insn.has_immediate && insn.immediate == 0;
  if (insn.operation != IntegerOperation::kTest) return false;
  if (insn.has_immediate) return (insn.immediate & 1) != 0;
  return insn.operands[1].kind == OperandKind::kRegister &&
         insn.operands[1].reg == insn.operands[0].reg && !insn.operands[1].high_byte;
}

// The first instruction of the block that asks the test's flags; kNoIndex when none does, or
// when one asks for more than zero or not.
std::uint32_t user_of(AuditedFunction& function, const Block& block, std::uint32_t test) {
  std::uint32_t first = kNoIndex;
  for (std::uint32_t i = test + 1; i <= block.last; ++i) {
    const Insn& insn = function.insn(i);
    if (insn.reads.contains(x86_64::kStatusFlags)) {
      if (insn.condition != Condition::kEqual && insn.condition != Condition::kNotEqual)
        return kNoIndex;
      if (first == kNoIndex) first = i;
    }
    if (writes_flags(insn)) return first;
  }
  const BlockIndex b = function.view().cfg.block_of_insn[test];
  return function.liveness().live_out(b).contains(x86_64::kStatusFlags) ? kNoIndex : first;
}

// From the instruction that makes the boolean; `test` is kNoIndex when it is no site.
Site follow(AuditedFunction& function, const Block& block, std::uint32_t set) {
  Site site;
  site.set = set;
  RegisterSet boolean = RegisterSet::of(function.insn(set).operands[0].reg);
  for (std::uint32_t i = set + 1; i <= block.last; ++i) {
    const Insn& insn = function.insn(i);
    if (const Register wide = extended_to(insn, boolean); wide != kNoRegister) {
      boolean.insert(wide);
      site.extensions.push_back(i);
      continue;
    }
    if (asks_for_zero(insn, boolean)) {
      site.user = user_of(function, block, i);
      if (site.user != kNoIndex && !function.liveness().live_after(i).intersects(boolean))
        site.test = i;
      return site;
    }
    if (insn.reads.intersects(boolean) || insn.writes.intersects(boolean) || writes_flags(insn))
      return site;
  }
  return site;
}

bool makes_boolean(const Insn& insn) {
  return insn.is(InsnClass::kSetCondition) && insn.operand_count > 0 &&
         insn.operands[0].kind == OperandKind::kRegister && !insn.operands[0].high_byte;
}

std::vector<Site> find_sites(AuditedFunction& function, LoopIndex loop) {
  std::vector<Site> sites;
  const FunctionView& view = function.view();
  for (const BlockIndex b : view.loops.loops[loop].blocks) {
    const Block& block = view.cfg.blocks[b];
    if (block.cold) continue;
    for (std::uint32_t i = block.first; i <= block.last; ++i) {
      if (!makes_boolean(function.insn(i))) continue;
      Site site = follow(function, block, i);
      if (site.test != kNoIndex) sites.push_back(std::move(site));
    }
  }
  return sites;
}

Finding report(AuditedFunction& function, LoopIndex loop, const std::vector<Site>& sites) {
  Finding finding = function.start_finding(loop);
  finding.confidence = Confidence::kProved;
  finding.title = counted(sites.size(), "comparison is", "comparisons are") +
                  " made a number that is only tested";
  std::size_t removed = 0;
  for (const Site& site : sites) {
    function.add_evidence(finding, site.set, "1 or 0, by the flags");
    for (const std::uint32_t extension : site.extensions)
      function.add_evidence(finding, extension, "the same number, wider");
    function.add_evidence(finding, site.test, "whether it is 0; nothing else reads it");
    function.add_evidence(finding, site.user, "could ask the first flags, which are still there");
    removed += 2 + site.extensions.size();
  }
  finding.cause =
      "The outcome of a comparison went through a register before it was tested. The compiler "
      "did not see that it is nothing but the flags: it comes out of inline assembler or a "
      "volatile variable, or was put together after the passes that would have seen it.";
  finding.fix_c =
      "Test the comparison where it is made (`if (a < b)`), with no variable, asm operand or cast "
      "between; where the code comes from -O1 or -Og, compile it with -O2.";
  finding.fix_rust =
      "Test the comparison where it is made, with no black_box, asm operand or cast between; "
      "compile the crate with opt-level 2 or 3.";
  finding.risk =
      "None that is known: between the comparison and the test nothing changes the flags.";
  finding.traps_passed = {loop_part_ruled_out(function.view().loops.loops[loop]),
                          "nothing stores, returns or computes with the number",
                          "no instruction between changes the flags",
                          "what asks the test's flags asks for zero or not, and nothing else",
                          "the number is no result of a call"};
  predict_fewer(finding, function, loop, Metric::kInstructions, removed);
  return finding;
}

void run(AuditedFunction& function, std::vector<Finding>& findings) {
  report_loops(function, findings, find_sites, report);
}

}  // namespace

// setcc and test; what AArch64 makes of it (cset, cbnz) is another shape.
constexpr Isa kIsas[] = {Isa::kX86_64};

extern const Check boolean_materialised;
const Check boolean_materialised{
    "boolean-materialised-then-tested",
    "a comparison's outcome is made a number that is only tested again", run, kIsas};

}  // namespace asmforge::checks

#include "audit/loop_spills.h"

#include <algorithm>
#include <map>
#include <utility>

#include "audit/report_loops.h"
#include "core/insn.h"
#include "isa/x86_64.h"

namespace asmforge {
namespace {

// What the whole function does with one place of its frame.
struct SlotUse {
  LoopSpill spill;
  std::uint32_t bytes = 0;  // of its stores
  bool is_spill = true;     // nothing was seen that a spill slot does not have
};

using SlotKey = std::pair<Register, std::int64_t>;

bool is_of_kind(Register reg, SpillKind kind) {
  return kind == SpillKind::kVector ? x86_64::is_vector(reg) : x86_64::is_general(reg);
}

// add qword ptr [rsp + 24], rdx: reloads and spills at once.
bool changes_in_place(const Insn& insn) {
  return insn.is(InsnClass::kLoad) && insn.is(InsnClass::kStore) && !insn.is(InsnClass::kCall);
}

// mov qword ptr [rsp + 24], 7: what a value begins with.
bool stores_constant(const Insn& insn) { return insn.is(InsnClass::kMove) && insn.has_immediate; }

// mov qword ptr [rsp + 24], rdx
bool stores_register(const Insn& insn, SpillKind kind) {
  return insn.is(InsnClass::kMove) && insn.is(InsnClass::kStore) && !insn.is(InsnClass::kLoad) &&
         insn.operand_count == 2 && insn.operands[1].kind == OperandKind::kRegister &&
         is_of_kind(insn.operands[1].reg, kind);
}

// Loads that see what `store` stored, on a way inside the loop without a call.
std::vector<std::uint32_t> reloads_of(const FunctionView& view, const StackFrame& frame,
                                      LoopIndex loop, std::uint32_t store) {
  const StackSlot slot = *frame.slot(view.function.insns[store].memory);
  std::vector<std::uint32_t> found;
  std::vector<bool> seen(view.cfg.blocks.size(), false);
  std::vector<BlockIndex> work;
  const auto follow = [&](BlockIndex b, std::uint32_t from) {
    for (std::uint32_t i = from; i <= view.cfg.blocks[b].last; ++i) {
      const Insn& insn = view.function.insns[i];
      if (insn.is(InsnClass::kCall)) return;
      const std::optional<StackSlot> here = frame.slot(insn.memory);
      if (!here || here->base != slot.base || here->displacement != slot.displacement) continue;
      // From a load on the value is in a register again; a store makes it another one.
      if (insn.is(InsnClass::kLoad)) found.push_back(i);
      return;
    }
    for (const Edge& edge : view.cfg.successors(b)) {
      if (seen[edge.to] || view.cfg.blocks[edge.to].cold || !view.loops.contains(loop, edge.to))
        continue;
      seen[edge.to] = true;
      work.push_back(edge.to);
    }
  };
  follow(view.cfg.block_of_insn[store], store + 1);
  while (!work.empty()) {
    const BlockIndex b = work.back();
    work.pop_back();
    follow(b, view.cfg.blocks[b].first);
  }
  return found;
}

void note(const Insn& insn, std::uint32_t index, bool in_loop, SpillKind kind, SlotUse& use) {
  const std::uint32_t bytes = insn.memory.bytes;
  if (insn.is(InsnClass::kStore) && !insn.is(InsnClass::kCall)) {
    const bool fits =
        stores_register(insn, kind) ||
        (kind == SpillKind::kGeneral && (stores_constant(insn) || changes_in_place(insn)));
    use.is_spill &= fits && (use.bytes == 0 || use.bytes == bytes);
    use.bytes = bytes;
    if (in_loop) use.spill.stores.push_back(index);
  }
  if (in_loop && insn.is(InsnClass::kLoad)) use.spill.reloads.push_back(index);
}

// All slots of the frame, with what the loop's own warm blocks do with them.
std::map<SlotKey, SlotUse> slots_of(const FunctionView& view, const StackFrame& frame,
                                    LoopIndex loop, SpillKind kind) {
  std::map<SlotKey, SlotUse> slots;
  for (BlockIndex b = 0; b < view.cfg.blocks.size(); ++b) {
    const Block& block = view.cfg.blocks[b];
    const bool in_loop = view.loops.loop_of_block[b] == loop && !block.cold;
    for (std::uint32_t i = block.first; i <= block.last; ++i) {
      const Insn& insn = view.function.insns[i];
      if (!insn.classes.has_any(InsnClass::kLoad | InsnClass::kStore)) continue;
      const std::optional<StackSlot> slot = frame.slot(insn.memory);
      if (!slot) continue;
      SlotUse& use = slots[{slot->base, slot->displacement}];
      note(insn, i, in_loop, kind, use);
      use.spill.slot = *slot;
    }
  }
  return slots;
}

// No access reaches into another one's bytes, and none is wider than what was stored.
void rule_out_parts(std::map<SlotKey, SlotUse>& slots, const FunctionView& view,
                    const StackFrame& frame) {
  for (const Insn& insn : view.function.insns) {
    const std::optional<StackSlot> slot = frame.slot(insn.memory);
    if (!slot) continue;
    // The first slot that might reach into this access.
    constexpr std::int64_t kWidest = 64;
    for (auto at = slots.lower_bound({slot->base, slot->displacement - kWidest});
         at != slots.end() && at->first.first == slot->base &&
         at->first.second < slot->displacement + std::int64_t{slot->bytes};
         ++at) {
      SlotUse& use = at->second;
      const bool same = at->first.second == slot->displacement;
      const StackSlot stored{at->first.first, at->first.second, use.bytes};
      if (same ? slot->bytes > use.bytes : use.bytes != 0 && stored.overlaps(*slot))
        use.is_spill = false;
    }
  }
}

// Whether the loop needs so many registers of the kind that it may lack some: those that it names,
// and those whose values live through it. Of general ones compilers leave one or two for the ways
// around the loop; vectors are often operands in memory, with few registers for many values.
bool lacks_registers(AuditedFunction& function, LoopIndex loop, SpillKind kind) {
  const FunctionView& view = function.view();
  // What the function never touches is its caller's, and could be had for saving it.
  RegisterSet touched;
  for (const Insn& insn : view.function.insns) touched |= insn.reads | insn.writes;
  RegisterSet used = function.liveness().live_in(view.loops.loops[loop].header) & touched;
  function.values(loop).flow().for_each_insn([&](std::uint32_t i) {
    used |= view.function.insns[i].reads | view.function.insns[i].writes;
  });
  int count = 0;
  used.for_each([&](Register reg) { count += is_of_kind(reg, kind) ? 1 : 0; });
  return count >= (kind == SpillKind::kVector ? 6 : 13);
}

}  // namespace

std::vector<LoopSpill> loop_spills(AuditedFunction& function, LoopIndex loop, SpillKind kind) {
  const FunctionView& view = function.view();
  const StackFrame frame(view.function);
  std::map<SlotKey, SlotUse> slots = slots_of(view, frame, loop, kind);
  std::vector<LoopSpill> found;
  const auto in_question = [](const SlotUse& use) {
    return use.is_spill && !use.spill.stores.empty() && !use.spill.reloads.empty();
  };
  if (std::ranges::none_of(slots, in_question, &std::pair<const SlotKey, SlotUse>::second))
    return found;
  if (!lacks_registers(function, loop, kind)) return found;
  rule_out_parts(slots, view, frame);
  for (auto& [key, use] : slots) {
    if (!in_question(use)) continue;
    LoopSpill spill;
    spill.slot = {key.first, key.second, use.bytes};
    // Above something whose address is taken it could be a part of that.
    if (frame.exposure(spill.slot) != Exposure::kNone) continue;
    for (const std::uint32_t store : use.spill.stores) {
      const Insn& insn = view.function.insns[store];
      // What is changed in place is carried from one iteration to the next.
      const std::vector<std::uint32_t> reloads = changes_in_place(insn) ? std::vector{store}
                                                 : stores_constant(insn)
                                                     ? std::vector<std::uint32_t>{}
                                                     : reloads_of(view, frame, loop, store);
      if (reloads.empty()) continue;
      spill.stores.push_back(store);
      spill.reloads.insert(spill.reloads.end(), reloads.begin(), reloads.end());
    }
    std::ranges::sort(spill.reloads);
    const auto twice = std::ranges::unique(spill.reloads);
    spill.reloads.erase(twice.begin(), twice.end());
    if (!spill.stores.empty()) found.push_back(std::move(spill));
  }
  return found;
}

Finding spill_finding(AuditedFunction& function, LoopIndex loop,
                      const std::vector<LoopSpill>& spills, std::string title) {
  Finding finding = function.start_finding(loop);
  finding.title = std::move(title);
  std::size_t reloads = 0;
  for (const LoopSpill& spill : spills) {
    function.add_evidence(finding, spill.stores.front(), "spilled");
    function.add_evidence(finding, spill.reloads.front(), "reloaded");
    reloads += spill.reloads.size();
  }
  // All of them count, and the first of each slot are shown first.
  for (const LoopSpill& spill : spills) {
    for (const std::uint32_t store : spill.stores) function.add_evidence(finding, store, "spilled");
    for (const std::uint32_t reload : spill.reloads)
      function.add_evidence(finding, reload, "reloaded");
  }
  finding.confidence = Confidence::kPattern;
  finding.confidence_reason = "a volatile variable in the frame looks the same";
  finding.traps_passed = {loop_part_ruled_out(function.view().loops.loops[loop]),
                          "from the store to the reload there is a way without a call",
                          "nothing takes the slot's address, and nothing reads or writes a part "
                          "of it",
                          "the loop, with what lives through it, needs nearly all registers",
                          "it is not saved once before the loop and restored behind it"};
  predict_fewer(finding, function, loop, Metric::kLoads, reloads);
  return finding;
}

}  // namespace asmforge

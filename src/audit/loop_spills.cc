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

// mov qword ptr [rsp + 24], rdx
bool stores_register(const Insn& insn, SpillKind kind) {
  return insn.is(InsnClass::kMove) && insn.is(InsnClass::kStore) && !insn.is(InsnClass::kLoad) &&
         insn.operand_count == 2 && insn.operands[1].kind == OperandKind::kRegister &&
         is_of_kind(insn.operands[1].reg, kind);
}

// Which ways lead from a store to a load of the same slot.
class WayFinder {
 public:
  WayFinder(const FunctionView& view, const StackFrame& frame, LoopIndex loop)
      : view_(view), frame_(frame), loop_(loop) {}

  // Loads that see what `store` stored, on a way inside the loop without a call, on which the
  // stored register got another value before.
  std::vector<std::uint32_t> reloads_of(std::uint32_t store);

 private:
  struct Position {
    std::uint32_t insn = 0;
    bool overwritten = false;  // the register
  };
  void follow(Position from, Register stored, const StackSlot& slot,
              std::vector<std::uint32_t>& found);

  const FunctionView& view_;
  const StackFrame& frame_;
  LoopIndex loop_;
  std::vector<std::uint8_t> seen_;  // per block: by which kinds of ways it was entered
  std::vector<Position> work_;
};

void WayFinder::follow(Position from, Register stored, const StackSlot& slot,
                       std::vector<std::uint32_t>& found) {
  const BlockIndex b = view_.cfg.block_of_insn[from.insn];
  for (std::uint32_t i = from.insn; i <= view_.cfg.blocks[b].last; ++i) {
    const Insn& insn = view_.function.insns[i];
    if (insn.is(InsnClass::kCall)) return;
    const std::optional<StackSlot> here = frame_.slot(insn.memory);
    const bool same = here && here->base == slot.base && here->displacement == slot.displacement;
    if (same && insn.is(InsnClass::kLoad)) {
      if (from.overwritten) found.push_back(i);
      return;  // from here on the value is in a register again
    }
    if (same && insn.is(InsnClass::kStore)) return;
    from.overwritten |= insn.writes.contains(stored);
  }
  for (const Edge& edge : view_.cfg.successors(b)) {
    const Block& next = view_.cfg.blocks[edge.to];
    if (next.cold || !view_.loops.contains(loop_, edge.to)) continue;
    const auto bit = static_cast<std::uint8_t>(from.overwritten ? 2 : 1);
    if ((seen_[edge.to] & bit) != 0) continue;
    seen_[edge.to] |= bit;
    work_.push_back({next.first, from.overwritten});
  }
}

std::vector<std::uint32_t> WayFinder::reloads_of(std::uint32_t store) {
  const Insn& insn = view_.function.insns[store];
  const Register stored = insn.operands[1].reg;
  const StackSlot slot = *frame_.slot(insn.memory);
  std::vector<std::uint32_t> found;
  seen_.assign(view_.cfg.blocks.size(), 0);
  const BlockIndex b = view_.cfg.block_of_insn[store];
  if (store == view_.cfg.blocks[b].last) return found;  // stores end no block
  work_ = {{store + 1, false}};
  while (!work_.empty()) {
    const Position next = work_.back();
    work_.pop_back();
    follow(next, stored, slot, found);
  }
  return found;
}

void note(const Insn& insn, std::uint32_t index, bool in_loop, SpillKind kind, SlotUse& use) {
  const std::uint32_t bytes = insn.memory.bytes;
  if (insn.is(InsnClass::kStore)) {
    use.is_spill &= stores_register(insn, kind) && (use.bytes == 0 || use.bytes == bytes);
    use.bytes = bytes;
    if (in_loop) use.spill.stores.push_back(index);
  } else if (in_loop && insn.is(InsnClass::kLoad)) {
    use.spill.reloads.push_back(index);
  }
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
  rule_out_parts(slots, view, frame);
  WayFinder ways(view, frame, loop);
  for (auto& [key, use] : slots) {
    if (!in_question(use)) continue;
    LoopSpill spill;
    spill.slot = {key.first, key.second, use.bytes};
    const Exposure exposure = frame.exposure(spill.slot);
    if (exposure == Exposure::kTaken) continue;
    // A call could change an object that it was given the address of.
    spill.may_be_object = exposure == Exposure::kUnclear;
    if (spill.may_be_object && function.values(loop).flow().has_call()) continue;
    for (const std::uint32_t store : use.spill.stores) {
      const std::vector<std::uint32_t> reloads = ways.reloads_of(store);
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
  bool may_be_object = true;
  for (const LoopSpill& spill : spills) {
    function.add_evidence(finding, spill.stores.front(), "spilled");
    function.add_evidence(finding, spill.reloads.front(), "reloaded");
    reloads += spill.reloads.size();
    may_be_object &= spill.may_be_object;
  }
  // All of them count, and the first of each slot are shown first.
  for (const LoopSpill& spill : spills) {
    for (const std::uint32_t store : spill.stores)
      function.add_evidence(finding, store, "spilled");
    for (const std::uint32_t reload : spill.reloads)
      function.add_evidence(finding, reload, "reloaded");
  }
  finding.confidence = may_be_object ? Confidence::kHint : Confidence::kPattern;
  finding.confidence_reason =
      may_be_object ? "the slot may be a part of an object whose address is taken"
                    : "a volatile variable in the frame looks the same";
  finding.traps_passed = {loop_part_ruled_out(function.view().loops.loops[loop]),
                          "from the store to the reload there is a way without a call",
                          "on it the register that was stored gets another value",
                          "nothing takes the slot's address, and nothing reads or writes a part "
                          "of it",
                          "it is not saved once before the loop and restored behind it"};
  predict_fewer(finding, function, loop, Metric::kLoads, reloads);
  return finding;
}

}  // namespace asmforge

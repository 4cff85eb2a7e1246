#include "graph/page_addresses.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "graph/loop_flow.h"

namespace asmforge {
namespace {

// The known values of general registers; kNoAddress where there is none.
using Values = std::array<std::uint64_t, 32>;
// Blocks are walked again when what comes in changes; each of their registers loses its value once.
constexpr std::size_t kMostWalksOfABlock = 33;

class Finder {
 public:
  Finder(const Cfg& cfg, Function& function)
      : cfg_(cfg), function_(function), isa_(facts_of(function.isa)), in_(cfg.blocks.size()) {
    nothing_.fill(kNoAddress);
  }

  void run() {
    // Behind a jump that may go anywhere only what the block itself says is certain.
    const bool all_ways_known = cfg_.unresolved_jumps == 0;
    if (all_ways_known) find_incoming();
    for (BlockIndex b = 0; b < cfg_.blocks.size(); ++b) {
      const std::optional<Values>& in = in_[b];
      Values values = all_ways_known && in ? *in : nothing_;
      for (std::uint32_t i = cfg_.blocks[b].first; i <= cfg_.blocks[b].last; ++i) {
        resolve(function_.insns[i], values);
        pass(function_.insns[i], values);
      }
    }
  }

 private:
  void find_incoming() {
    in_[0] = nothing_;
    std::vector<BlockIndex> work = {0};
    std::size_t walks = kMostWalksOfABlock * cfg_.blocks.size();
    while (!work.empty() && walks-- != 0) {
      const BlockIndex b = work.back();
      work.pop_back();
      const std::optional<Values>& in = in_[b];
      if (!in) continue;
      Values values = *in;
      for (std::uint32_t i = cfg_.blocks[b].first; i <= cfg_.blocks[b].last; ++i)
        pass(function_.insns[i], values);
      for (const Edge& edge : cfg_.successors(b))
        if (arrive(edge, values)) work.push_back(edge.to);
    }
    if (!work.empty()) std::fill(in_.begin(), in_.end(), std::nullopt);
  }

  // True when less is known at the begin of the block than before.
  bool arrive(const Edge& edge, const Values& values) {
    // An exception leaves its block somewhere in the middle.
    const Values& known = edge.kind == EdgeKind::kUnwind ? nothing_ : values;
    std::optional<Values>& in = in_[edge.to];
    if (!in) {
      in = known;
      return true;
    }
    bool changed = false;
    for (std::size_t r = 0; r < in->size(); ++r) {
      if ((*in)[r] == kNoAddress || (*in)[r] == known[r]) continue;
      (*in)[r] = kNoAddress;
      changed = true;
    }
    return changed;
  }

  static std::uint64_t value_of(Register reg, const Values& values) {
    return reg < values.size() ? values[reg] : kNoAddress;
  }

  // add x0, x0, #0x2f8, of all 64 bits.
  static bool adds_offset(const Insn& insn) {
    const Operand& to = insn.operands[0];
    const Operand& from = insn.operands[1];
    return insn.operation == IntegerOperation::kAdd && insn.has_immediate &&
           insn.operand_count == 3 && to.kind == OperandKind::kRegister && to.bits == 64 &&
           from.kind == OperandKind::kRegister && !insn.memory.present;
  }

  // What the instruction leaves in the register that it names first; kNoAddress: not known.
  std::uint64_t made_by(const Insn& insn, const Values& values) const {
    if (insn.is(InsnClass::kLea)) return insn.memory.address;
    const Operand& from = insn.operands[1];
    if (insn.is(InsnClass::kMove) && insn.operand_count == 2 &&
        from.kind == OperandKind::kRegister && insn.operands[0].bits == 64)
      return value_of(from.reg, values);
    if (!adds_offset(insn)) return kNoAddress;
    const std::uint64_t base = value_of(from.reg, values);
    return base == kNoAddress ? kNoAddress : base + static_cast<std::uint64_t>(insn.immediate);
  }

  void pass(const Insn& insn, Values& values) const {
    const Operand& to = insn.operands[0];
    const bool names_result = to.kind == OperandKind::kRegister && to.written && !to.read &&
                              to.reg < values.size() && !insn.is(InsnClass::kCall);
    const std::uint64_t made = names_result ? made_by(insn, values) : kNoAddress;
    written_by(insn, isa_).for_each([&](Register r) {
      if (r < values.size()) values[r] = kNoAddress;
    });
    if (names_result) values[to.reg] = made;
  }

  static void resolve(Insn& insn, const Values& values) {
    MemoryOperand& memory = insn.memory;
    if (memory.present && memory.address == kNoAddress && memory.index == kNoRegister &&
        memory.segment == kNoRegister) {
      const std::uint64_t base = value_of(memory.base, values);
      if (base != kNoAddress)
        memory.address = base + static_cast<std::uint64_t>(memory.displacement);
    }
    if (!adds_offset(insn)) return;
    const std::uint64_t base = value_of(insn.operands[1].reg, values);
    if (base == kNoAddress) return;
    insn.classes |= InsnClass::kLea;
    memory.present = true;
    memory.base = insn.operands[1].reg;
    memory.displacement = insn.immediate;
    memory.address = base + static_cast<std::uint64_t>(insn.immediate);
    insn.has_immediate = false;
    insn.immediate = 0;
  }

  const Cfg& cfg_;
  Function& function_;
  const IsaFacts& isa_;
  std::vector<std::optional<Values>> in_;  // per block; nullopt: no way to it is known
  Values nothing_;
};

}  // namespace

void find_page_addresses(const Cfg& cfg, Function& function) {
  const IsaFacts& isa = facts_of(function.isa);
  if (!isa.addresses_by_pages || cfg.blocks.empty()) return;
  const bool any = std::any_of(function.insns.begin(), function.insns.end(), [&](const Insn& insn) {
    return insn.is(InsnClass::kLea) && insn.memory.base == isa.program_counter;
  });
  if (any) Finder(cfg, function).run();
}

}  // namespace asmforge

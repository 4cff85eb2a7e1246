#include "graph/liveness.h"

#include <algorithm>

#include "graph/loop_flow.h"
#include "isa/isa.h"
#include "isa/x86_64.h"

namespace asmforge {
namespace {

RegisterSet everything() { return {~std::uint64_t{0}, ~std::uint64_t{0}}; }

// What others read when control leaves the function behind a block.
RegisterSet live_at_exit(const Block& block, const IsaFacts& isa) {
  switch (block.exit) {
    case BlockExit::kNone: return {};
    case BlockExit::kReturn: return isa.return_registers | isa.callee_saved;
    case BlockExit::kNoReturn:  // it may unwind: frames above restore what is theirs
    case BlockExit::kTailCall: return isa.argument_registers | isa.callee_saved;
    case BlockExit::kUnresolved:
    case BlockExit::kFallsOff: return everything();
  }
  return everything();
}

// How an instruction's operands name a register: by its lowest byte alone, or more of it.
struct Named {
  bool low_byte = false;
  bool more = false;
};

Named named_as(const Insn& insn, Register reg, bool read) {
  Named named;
  for (std::uint8_t o = 0; o < insn.operand_count; ++o) {
    const Operand& operand = insn.operands[o];
    if (operand.kind != OperandKind::kRegister || operand.reg != reg ||
        !(read ? operand.read : operand.written))
      continue;
    (operand.bits == 8 && !operand.high_byte ? named.low_byte : named.more) = true;
  }
  return named;
}

bool writes_all_flags(const Insn& insn) {
  return insn.classes.has_any(InsnClass::kAddSubtract | InsnClass::kLogic | InsnClass::kCompare) &&
         insn.operation != IntegerOperation::kIncrement &&
         insn.operation != IntegerOperation::kDecrement &&
         insn.operation != IntegerOperation::kBitTest && insn.operation != IntegerOperation::kNot;
}

}  // namespace

// As the function that contains it sees it: a call reads what may be its arguments, too.
Liveness::Parts Liveness::read_by(const Insn& insn) const {
  if (insn.is(InsnClass::kZeroIdiom)) return {};
  // A system call takes its arguments in registers of its own choice.
  if (insn.is(InsnClass::kSystem)) return {everything(), everything()};
  Parts read{insn.reads, insn.reads};
  if (insn.is(InsnClass::kCall)) {
    RegisterSet arguments = isa_.argument_registers;
    if (function_.isa == Isa::kX86_64) arguments.erase(x86_64::kRax);
    arguments.insert(isa_.stack_pointer);
    read |= {arguments, arguments};
  }
  insn.reads.for_each([&](Register reg) {
    const bool address =
        insn.memory.present && (insn.memory.base == reg || insn.memory.index == reg);
    const Named named = named_as(insn, reg, true);
    if (named.low_byte && !named.more && !address) read.rest.erase(reg);
  });
  return read;
}

Liveness::Liveness(const Function& function, const Cfg& cfg, const Binary* binary)
    : function_(function),
      cfg_(cfg),
      binary_(binary),
      isa_(facts_of(function.isa)),
      live_in_(cfg.blocks.size()),
      live_out_(cfg.blocks.size()),
      live_at_unwinding_(cfg.blocks.size()) {
  // Of a block: what it reads before it writes it, and what it overwrites.
  std::vector<Parts> uses(cfg.blocks.size());
  std::vector<Parts> kills(cfg.blocks.size());
  for (BlockIndex b = 0; b < cfg.blocks.size(); ++b) {
    for (std::uint32_t i = cfg.blocks[b].last + 1; i-- > cfg.blocks[b].first;) {
      const Parts overwritten = overwritten_by(function.insns[i]);
      uses[b] = uses[b].before(overwritten, read_by(function.insns[i]));
      kills[b] |= overwritten;
    }
  }
  std::vector<BlockIndex> work(cfg.blocks.size());
  std::vector<bool> waits(cfg.blocks.size(), true);
  // Those at the end come first: values flow backwards.
  for (BlockIndex b = 0; b < work.size(); ++b) work[b] = b;
  while (!work.empty()) {
    const BlockIndex b = work.back();
    work.pop_back();
    waits[b] = false;
    const RegisterSet at_exit = live_at_exit(cfg.blocks[b], isa_);
    live_out_[b] = {at_exit, at_exit};
    // A landing pad is reached from the middle of the block.
    for (const Edge& edge : cfg.successors(b))
      (edge.kind == EdgeKind::kUnwind ? live_at_unwinding_ : live_out_)[b] |= live_in_[edge.to];
    Parts in = live_out_[b].before(kills[b], uses[b]);
    in |= live_at_unwinding_[b];
    if (in == live_in_[b]) continue;
    live_in_[b] = in;
    for (const BlockIndex p : cfg.predecessors(b)) {
      if (waits[p]) continue;
      waits[p] = true;
      work.push_back(p);
    }
  }
}

// What it certainly overwrites; flags only where all of them are written.
Liveness::Parts Liveness::overwritten_by(const Insn& insn) const {
  if (insn.is(InsnClass::kString)) return {};
  RegisterSet written = written_by(insn, isa_);
  if (insn.is(InsnClass::kCall)) {
    const FunctionEntry* callee = insn.target == kNoAddress || binary_ == nullptr
                                      ? nullptr
                                      : binary_->function_at(insn.target);
    const bool elsewhere = insn.is(InsnClass::kIndirect) ||
                           (callee != nullptr && callee->origin == FunctionOrigin::kPltStub);
    return elsewhere ? Parts{written, written} : Parts{};
  }
  if (!writes_all_flags(insn)) written.erase(isa_.status_flags);
  if (!insn.is(InsnClass::kPartialWrite)) return {written, written};
  Parts overwritten;
  written.for_each([&](Register reg) {
    const Named named = named_as(insn, reg, false);
    if (named.low_byte && !named.more) overwritten.low.insert(reg);
    // Flags beside the part: add al, 1.
    if (reg == isa_.status_flags) overwritten |= {RegisterSet::of(reg), RegisterSet::of(reg)};
  });
  return overwritten;
}

RegisterSet Liveness::live_after(std::uint32_t insn) const {
  const BlockIndex block = cfg_.block_of_insn[insn];
  Parts live = live_out_[block];
  for (std::uint32_t i = cfg_.blocks[block].last; i > insn; --i)
    live = live.before(overwritten_by(function_.insns[i]), read_by(function_.insns[i]));
  live |= live_at_unwinding_[block];
  return live.any();
}

}  // namespace asmforge

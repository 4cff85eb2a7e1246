// Which instruction made the value that another one of a loop reads: in the same
// iteration, or in the one before.
//
//     .L: mov  rax, rsi                       rax is read from here alone
//         add  rcx, 1                         reads rcx as the iteration before left it
//         mov  edx, dword ptr [rax + 4*rcx]   4 * (rcx at the begin + 1) + rsi
//         jne  .L
//
// Calls are taken to clobber what the calling convention allows; a local callee may clobber less
// (gcc -fipa-ra), which costs answers and makes none wrong.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/cfg.h"
#include "isa/isa.h"

namespace asmforge {

// The instructions whose value may be read.
struct Definitions {
  std::vector<std::uint32_t> insns;
  bool from_outside = false;  // the value that the iteration began with may be, too
  bool complete = true;       // false: the loop is too big, there may be others
  [[nodiscard]] bool only_outside() const { return complete && from_outside && insns.empty(); }
  [[nodiscard]] bool single() const { return complete && !from_outside && insns.size() == 1; }
};

// A value as another one plus a constant: what `insn` left in `reg`, or what `reg`
// held when the iteration began (kNoIndex), plus `offset`.
struct Anchor {
  std::uint32_t insn = kNoIndex;
  Register reg = kNoRegister;
  std::int64_t offset = 0;
  [[nodiscard]] bool at_begin_of(Register r) const { return insn == kNoIndex && reg == r; }
  [[nodiscard]] bool same_base(const Anchor& o) const { return insn == o.insn && reg == o.reg; }
  friend bool operator==(const Anchor&, const Anchor&) = default;
};

// Refers to the function, graph and loops it was made from.
class LoopFlow {
 public:
  LoopFlow(const Function& function, const Cfg& cfg, const Loops& loops, LoopIndex loop);

  // Of the value of `reg` that `insn` reads, within one iteration.
  [[nodiscard]] Definitions definitions(Register reg, std::uint32_t insn) const;
  [[nodiscard]] Definitions definitions_at_end(BlockIndex block, Register reg) const;
  // Of what an iteration may leave to the next one.
  [[nodiscard]] Definitions carried(Register reg) const;

  // Follows copies and constants added as far back as all ways agree; nullopt when
  // they do not. `passed` gets the instructions on the way.
  [[nodiscard]] std::optional<Anchor> anchor(Register reg, std::uint32_t insn) const;
  [[nodiscard]] std::optional<Anchor> anchor_at_end(BlockIndex block, Register reg,
                                                    std::vector<std::uint32_t>* passed) const;

  // Runs exactly once in every iteration that is completed.
  [[nodiscard]] bool every_iteration(BlockIndex block) const;
  [[nodiscard]] const IsaFacts& isa() const { return isa_; }
  // Any call in the loop.
  [[nodiscard]] bool has_call() const { return has_call_; }
  // Registers that something in the loop may write.
  [[nodiscard]] RegisterSet written() const { return written_; }
  [[nodiscard]] const Loop& loop() const { return loops_.loops[loop_]; }
  // Calls visit(index) for each instruction, inner loops' included, block by block.
  template <class Visit>
  void for_each_insn(Visit visit) const {
    for (const BlockIndex b : blocks_)
      for (std::uint32_t i = cfg_.blocks[b].first; i <= cfg_.blocks[b].last; ++i) visit(i);
  }

 private:
  [[nodiscard]] std::uint32_t local(BlockIndex block) const;  // index into blocks_
  [[nodiscard]] std::uint32_t last_write(BlockIndex block, std::uint32_t end, Register reg) const;
  void search(Register reg, BlockIndex block, std::uint32_t end, Definitions& result) const;
  [[nodiscard]] std::optional<Anchor> follow(Register reg, const Definitions& from, int& links,
                                             std::vector<std::uint32_t>* passed) const;
  [[nodiscard]] std::optional<Anchor> follow(Register reg, std::uint32_t insn, int& links,
                                             std::vector<std::uint32_t>* passed) const;
  void find_blocks_of_every_iteration() const;

  const Function& function_;
  const IsaFacts& isa_;
  const Cfg& cfg_;
  const Loops& loops_;
  LoopIndex loop_;
  std::span<const BlockIndex> blocks_;
  std::vector<RegisterSet> block_writes_;  // per block of the loop
  RegisterSet written_;
  bool has_call_ = false;
  // Of one search at a time, and of all searches together.
  mutable std::vector<std::uint32_t> seen_;  // per block of the loop: by which search
  mutable std::uint32_t search_ = 0;
  mutable std::vector<std::uint32_t> work_;
  mutable std::uint64_t steps_left_;
  mutable std::vector<std::uint8_t> every_iteration_;  // worked out when first asked for
};

// Registers that an instruction may write as the function that contains it sees
// it: a call also writes all that the calling convention lets its callee clobber, and
// gives the stack pointer back.
RegisterSet written_by(const Insn& insn, const IsaFacts& isa);

// `reg` after the instruction is `from` before it plus `constant`: copies, add, sub,
// inc, dec, lea with one register, what push and pop do to the stack pointer, and
// ldr x0, [x1], #8 to x1.
struct CopyPlus {
  Register from = kNoRegister;
  std::int64_t constant = 0;
};
std::optional<CopyPlus> copy_plus(const Insn& insn, Register reg, const IsaFacts& isa);

}  // namespace asmforge

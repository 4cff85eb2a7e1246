// What stays the same, and what changes by a constant, from one iteration of a
// loop to the next.
//
//     .L: mov  eax, dword ptr [rdi + 4*rcx]   address advances by 4
//         mov  edx, dword ptr [rsi]           address is invariant
//         add  rcx, 1                         rcx advances by 1
//         cmp  rcx, r8                        r8 is invariant
//         jne  .L
//
// "No" and nullopt mean not known. Calls are taken to clobber what System V
// allows; a local callee may clobber less (gcc -fipa-ra), which costs answers and
// makes none wrong. 32-bit arithmetic is taken not to wrap.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "core/cfg.h"

namespace asmforge {

// A register that every iteration changes by the same amount.
struct Induction {
  Register reg = kNoRegister;
  std::int64_t step = 0;               // per iteration
  std::vector<std::uint32_t> updates;  // the instructions that do it; once each per iteration
};

// [rsp + displacement] or [rbp + displacement] with rbp as frame pointer.
struct StackSlot {
  Register base = kNoRegister;
  std::int64_t displacement = 0;
  std::uint32_t bytes = 0;
  [[nodiscard]] bool overlaps(const StackSlot& o) const {
    return base == o.base && displacement < o.displacement + std::int64_t{o.bytes} &&
           o.displacement < displacement + std::int64_t{bytes};
  }
};

// Refers to the function, graph and loops it was made from.
class LoopValues {
 public:
  LoopValues(const Function& function, const Cfg& cfg, const Loops& loops, LoopIndex loop);

  // The value of `reg` that instruction `insn` of the loop reads is the same in
  // every iteration.
  [[nodiscard]] bool invariant(Register reg, std::uint32_t insn) const;
  // All registers of the memory operand are; what lies there may still change.
  [[nodiscard]] bool invariant_address(std::uint32_t insn) const;
  // How much the value of `reg` that `insn` reads grows per iteration; 0 when it
  // is invariant.
  [[nodiscard]] std::optional<std::int64_t> step(Register reg, std::uint32_t insn) const;
  // The step of a register that is only ever advanced by constants in the loop.
  [[nodiscard]] std::optional<std::int64_t> step(Register reg) const;
  // Bytes by which the memory operand's address advances per iteration.
  [[nodiscard]] std::optional<std::int64_t> address_step(std::uint32_t insn) const;
  // The slot of a memory operand in the function's own frame.
  [[nodiscard]] std::optional<StackSlot> stack_slot(const MemoryOperand& memory) const;
  // Nothing in the loop stores to the slot, and its address is not taken anywhere
  // in the function.
  [[nodiscard]] bool unchanged_slot(const StackSlot& slot) const;
  // Runs exactly once in every iteration that is completed.
  [[nodiscard]] bool every_iteration(BlockIndex block) const;

  [[nodiscard]] std::span<const Induction> inductions() const { return inductions_; }
  // Any call in the loop.
  [[nodiscard]] bool has_call() const { return has_call_; }
  // Registers that something in the loop may write.
  [[nodiscard]] RegisterSet written() const { return written_; }

  // The instructions whose value of `reg` may be read by `insn` in the same
  // iteration; `from_outside` is set when it may also be the one that the
  // iteration began with.
  struct Definitions {
    std::vector<std::uint32_t> insns;
    bool from_outside = false;
  };
  [[nodiscard]] Definitions definitions(Register reg, std::uint32_t insn) const;
  // The instructions whose value of `reg` an iteration may leave to the next one;
  // `from_outside` is set when it may leave the one it began with.
  [[nodiscard]] Definitions carried(Register reg) const;

 private:
  enum class Answer : std::uint8_t { kUnknown, kAsked, kYes, kNo };

  [[nodiscard]] std::uint32_t local(BlockIndex block) const;  // index into loop's blocks
  void search(Register reg, BlockIndex block, std::uint32_t end, Definitions& result) const;
  void find_blocks_of_every_iteration();
  void find_inductions();
  void find_taken_addresses() const;
  [[nodiscard]] bool pure_and_invariant(std::uint32_t definition, int depth) const;
  [[nodiscard]] bool invariant(Register reg, std::uint32_t insn, int depth) const;
  [[nodiscard]] std::optional<std::int64_t> step(Register reg, std::uint32_t insn, int depth) const;
  [[nodiscard]] std::optional<std::int64_t> step_of_sum(const MemoryOperand& memory,
                                                        std::uint32_t insn, int depth) const;
  [[nodiscard]] std::optional<std::int64_t> step_made_by(std::uint32_t definition, Register reg,
                                                         int depth) const;

  const Function& function_;
  const Cfg& cfg_;
  const Loops& loops_;
  LoopIndex loop_;
  std::span<const BlockIndex> blocks_;
  std::vector<RegisterSet> block_writes_;  // per block of the loop
  std::vector<std::uint8_t> every_iteration_;
  std::vector<Induction> inductions_;
  RegisterSet written_;
  bool has_call_ = false;
  bool has_frame_pointer_ = false;
  mutable std::vector<Answer> answers_;  // per instruction of the loop, as a definition
  // Worked out when the first slot is asked for.
  mutable bool taken_known_ = false;
  mutable std::int64_t lowest_taken_rsp_ = std::numeric_limits<std::int64_t>::max();
  mutable std::int64_t lowest_taken_rbp_ = std::numeric_limits<std::int64_t>::max();
  std::vector<std::uint32_t> first_insn_;  // per block of the loop: into answers_
};

LoopValues analyse_loop_values(const Function& function, const Cfg& cfg, const Loops& loops,
                               LoopIndex loop);

// Registers that an instruction may write as the function that contains it sees
// it: a call also writes all that System V lets its callee clobber, and gives the
// stack pointer back.
RegisterSet written_by(const Insn& insn);

}  // namespace asmforge

// What the values in one loop depend on, and what changes by a constant from one
// iteration to the next.
//
//     .loop: mov  r8, [rdx + 8*r9]    r8: loaded; its address advances by 8
//            cmp  r8, rsi             rsi: invariant, the loop does not write it
//            jae  panic
//            inc  r9                  r9: affine, one more each iteration
//            lea  r10, [r9 + 3]       r10: affine, too
//            mov  r11, [rdi + 16]     r11: reloaded, if a store of the loop may reach [rdi + 16]
//
// Not known is kUnknown, and nullopt. 32-bit arithmetic is taken not to wrap.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/binary.h"
#include "core/cfg.h"
#include "graph/loop_flow.h"
#include "graph/stack_frame.h"

namespace asmforge {

// In this order a value computed from two others has the later of their kinds.
enum class ValueKind : std::uint8_t {
  kInvariant,  // the same in every iteration
  kAffine,     // changes by the same constant from iteration to iteration
  kDerived,    // computed from such values without memory
  kReloaded,   // loaded each time from one address, which a store of the loop may have changed
  kLoaded,     // depends on what the loop reads from changing addresses
  kUnknown,
};

// A register that every iteration changes by the same amount.
struct Induction {
  Register reg = kNoRegister;
  std::int64_t step = 0;               // per iteration
  std::vector<std::uint32_t> updates;  // the copies and additions that do it, ascending
};

// How a store of the loop and a load from an invariant address may meet.
enum class Clobber : std::uint8_t {
  kNone,     // no store, call or barrier of the loop can change what is loaded
  kMay,      // a store to an address that is not known to differ
  kCertain,  // a store to exactly these bytes: an accumulator in memory
  kOpaque,   // a call, an atomic access, a barrier
};
struct LoadClobber {
  Clobber kind = Clobber::kNone;
  std::uint32_t store = kNoIndex;  // the first store that explains the kind, if one does
};

// Refers to what it was made from.
class LoopValues {
 public:
  // `binary` tells what no program writes; nullptr when there is none to ask.
  LoopValues(const Function& function, const Cfg& cfg, const Loops& loops, LoopIndex loop,
             const StackFrame& frame, const Binary* binary);

  [[nodiscard]] const LoopFlow& flow() const { return flow_; }

  // Of the value of `reg` that `insn` reads.
  [[nodiscard]] ValueKind kind(Register reg, std::uint32_t insn) const;
  // How much it grows per iteration; 0 when it is invariant.
  [[nodiscard]] std::optional<std::int64_t> step(Register reg, std::uint32_t insn) const;
  // How much the value grows that an iteration begins with.
  [[nodiscard]] std::optional<std::int64_t> step(Register reg) const;
  // Of what a memory operand's registers add up to; what lies there may still change.
  [[nodiscard]] ValueKind address_kind(std::uint32_t insn) const;
  // Bytes by which the memory operand's address advances per iteration.
  [[nodiscard]] std::optional<std::int64_t> address_step(std::uint32_t insn) const;
  // Of what the instruction reads from memory.
  [[nodiscard]] ValueKind loaded_kind(std::uint32_t insn) const;

  // General registers that every iteration advances, ascending.
  [[nodiscard]] const std::vector<Induction>& inductions() const;

  // For a load whose address is invariant.
  [[nodiscard]] LoadClobber clobber_of(std::uint32_t load) const;
  // The store may or will write what the load reads.
  [[nodiscard]] bool may_alias(std::uint32_t load, std::uint32_t store) const;
  [[nodiscard]] std::span<const std::uint32_t> stores() const { return stores_; }

  // The function's own frame, whether or not there is an index.
  [[nodiscard]] bool in_frame(const MemoryOperand& memory) const { return frame_.contains(memory); }
  // What no program writes: constant pools, jump tables, the GOT.
  [[nodiscard]] bool is_read_only(const MemoryOperand& memory) const;

 private:
  struct Value {
    ValueKind kind = ValueKind::kUnknown;
    std::int64_t step = 0;  // for kInvariant and kAffine
    [[nodiscard]] bool advances_by_constant() const { return kind <= ValueKind::kAffine; }
  };
  struct Known {
    Value value;
    bool done = false;  // being worked out otherwise
  };
  using Results = std::unordered_map<std::uint64_t, Known>;
  struct AtBegin {
    Register reg = kNoRegister;
    Value value;
    bool final = false;  // assumed otherwise
  };

  static Value advancing(std::optional<std::int64_t> step);
  [[nodiscard]] Value value(Register reg, std::uint32_t insn) const;
  [[nodiscard]] Value value_of(const Definitions& definitions, std::optional<Anchor> anchor,
                               Register reg) const;
  [[nodiscard]] Value value_at_end(BlockIndex block, Register reg) const;
  [[nodiscard]] Value result(std::uint32_t insn, Register reg) const;
  [[nodiscard]] Value compute(std::uint32_t insn, Register reg) const;
  [[nodiscard]] std::optional<std::int64_t> step_made_by(std::uint32_t insn, Register reg) const;
  [[nodiscard]] Value address(std::uint32_t insn) const;
  [[nodiscard]] Value at_begin(Register reg) const;
  void solve_at_begin() const;
  [[nodiscard]] std::optional<Induction> induction_of(Register reg) const;
  [[nodiscard]] Clobber meeting(std::uint32_t load, std::uint32_t store) const;
  [[nodiscard]] std::optional<std::int64_t> distance(std::uint32_t from, std::uint32_t to) const;
  [[nodiscard]] Exposure exposure(const MemoryOperand& memory) const;

  const Function& function_;
  const Binary* binary_;
  const StackFrame& frame_;
  LoopFlow flow_;
  std::vector<std::uint32_t> stores_;
  bool has_barrier_ = false;

  // Answers so far. While the registers' kinds at the begin are being solved,
  // results rest on assumptions and are kept apart.
  mutable Results results_;
  mutable Results assumed_results_;
  mutable std::vector<AtBegin> at_begin_;
  mutable bool solving_ = false;
  mutable bool changed_ = false;
  mutable int depth_ = 0;
  mutable bool inductions_known_ = false;
  mutable std::vector<Induction> inductions_;
};

}  // namespace asmforge

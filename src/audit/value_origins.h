// What the values in one loop depend on.
//
//     .loop: mov  r8, [rdx + 8*r9]    r8: loaded
//            cmp  r8, rsi             rsi: invariant, the loop does not write it
//            jae  panic
//            inc  r9                  r9: affine, one more each iteration
//            lea  r10, [r9 + 3]       r10: affine, r9 + 3
//            mov  r11, [rdi + 16]     r11: reloaded, if a store of the loop may reach [rdi + 16]
//
// An iteration is followed backwards from the instruction that uses a value to
// the definitions that reach it. What a call may have written is unknown.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "collect/stream.h"

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

struct ValueOrigin {
  ValueKind kind = ValueKind::kUnknown;
  // For kAffine: the value of `base` at the loop's header plus `offset`.
  Register base = kNoRegister;
  std::int64_t offset = 0;
};

class ValueOrigins {
 public:
  // Turns to another loop; the view must outlive the next call of reset.
  void reset(const FunctionView& view, LoopIndex loop);

  // What `reg` holds just before the instruction; kAffine says no more than that
  // it is a constant away from its value at the header. See kind_before.
  [[nodiscard]] ValueOrigin value_before(std::uint32_t insn, Register reg);
  [[nodiscard]] ValueKind kind_before(std::uint32_t insn, Register reg);
  // Of what a memory operand's registers add up to.
  [[nodiscard]] ValueKind address_kind(std::uint32_t insn);
  // Of what the instruction reads from memory.
  [[nodiscard]] ValueKind loaded_kind(std::uint32_t insn);
  // The instructions whose result `reg` may hold just before `insn`, within one
  // iteration; kNoIndex among them for the value at the loop's header. Empty when
  // they could not all be found.
  [[nodiscard]] std::vector<std::uint32_t> definitions_before(std::uint32_t insn, Register reg);
  [[nodiscard]] std::vector<std::uint32_t> definitions_at_end(BlockIndex block, Register reg);
  // How much an affine register grows from one iteration to the next.
  [[nodiscard]] std::optional<std::int64_t> step(Register reg);

  // How a store of the loop and a load from an invariant address may meet.
  enum class Clobber : std::uint8_t {
    kNone,     // no store, call or barrier of the loop can change what is loaded
    kMay,      // a store to an address that is not known to differ
    kCertain,  // a store to exactly these bytes: an accumulator in memory
    kOpaque,   // a call, an atomic access, a barrier
  };
  struct LoadClobber {
    Clobber kind = Clobber::kNone;
    std::uint32_t store = kNoIndex;  // the first store that explains the kind
  };
  [[nodiscard]] LoadClobber clobber_of(std::uint32_t load);
  // The store may or will write what the load, whose address is invariant, reads.
  [[nodiscard]] bool may_alias(std::uint32_t load, std::uint32_t store);
  [[nodiscard]] const std::vector<std::uint32_t>& stores() const { return stores_; }

  // A slot of the function's own frame, addressed without an index.
  [[nodiscard]] bool is_stack_slot(const MemoryOperand& memory) const;
  // Reads what no program writes: constant pools, jump tables, the GOT.
  [[nodiscard]] bool is_read_only(const MemoryOperand& memory) const;
  [[nodiscard]] bool has_call() const { return has_call_; }
  // Indices of the loop's instructions, inner loops' included, block by block.
  [[nodiscard]] const std::vector<std::uint32_t>& insns() const { return insns_; }

 private:
  // Appends to `out`; false when the search was given up.
  bool search_predecessors(BlockIndex block, Register reg, std::vector<std::uint32_t>& out);
  [[nodiscard]] std::uint32_t last_write(std::uint32_t first, std::uint32_t end,
                                         Register reg) const;
  ValueOrigin value_of(const std::vector<std::uint32_t>& definitions, Register reg);
  ValueOrigin result_of(std::uint32_t insn, Register reg);
  ValueOrigin compute_result(std::uint32_t insn, Register reg);
  ValueOrigin sum(std::uint32_t insn, Register reg, std::int64_t constant);
  ValueKind kind_at_header(Register reg);
  ValueKind resolved_kind(ValueOrigin value);
  [[nodiscard]] bool may_write(const Insn& insn, Register reg) const;
  [[nodiscard]] Clobber meeting(const Insn& load, std::uint32_t store_index);
  [[nodiscard]] bool has_frame_pointer() const;

  enum class Progress : std::uint8_t { kNew, kRunning, kDone };
  struct Memo {
    std::uint32_t insn = kNoIndex;
    Register reg = kNoRegister;
    Progress progress = Progress::kNew;
    ValueOrigin value;
  };

  const FunctionView* view_ = nullptr;
  LoopIndex loop_ = kNoIndex;
  std::vector<std::uint32_t> insns_;
  std::vector<std::uint32_t> stores_;
  std::vector<BlockIndex> seen_;
  std::vector<Memo> memo_;    // results of instructions
  std::vector<Memo> header_;  // per register: its kind at the header
  RegisterSet written_;
  bool has_call_ = false;
  bool has_barrier_ = false;
  bool frame_pointer_ = false;
};

}  // namespace asmforge

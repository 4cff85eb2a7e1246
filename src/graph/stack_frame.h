// The function's own memory: what it addresses by rsp, or by rbp when that holds
// the frame's address, and which of it others may know.
//
//            lea  rdi, [rsp + 16]       the object at 16 is known to the callee;
//            call fill                  what lies above may be a part of it
//     .loop: mov  rax, [rsp + 8]        a spilled value: nobody else writes it
//            cmp  rcx, [rsp + 24]       a field of the object, or another spill
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/function.h"
#include "isa/isa.h"

namespace asmforge {

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

// Who but the function's own accesses to the frame may write a slot.
enum class Exposure : std::uint8_t {
  kNone,     // its address is not taken, nor one below it
  kUnclear,  // a spill, or a part of an object below whose address is taken
  kTaken,    // its own address is taken
};

// Refers to the function it was made from.
class StackFrame {
 public:
  explicit StackFrame(const Function& function);

  // Relative to a register that holds the frame's address, with or without index.
  [[nodiscard]] bool contains(const MemoryOperand& memory) const;
  // nullopt outside the frame, with an index, and when the width is not known.
  [[nodiscard]] std::optional<StackSlot> slot(const MemoryOperand& memory) const;
  [[nodiscard]] Exposure exposure(const StackSlot& slot) const;

 private:
  [[nodiscard]] bool is_frame_register(Register reg) const;
  void find_taken_addresses() const;

  const Function& function_;
  const IsaFacts& isa_;
  bool has_frame_pointer_ = false;
  // Displacements whose address is taken, sorted; worked out when first asked for.
  mutable bool taken_known_ = false;
  mutable std::vector<std::int64_t> taken_by_stack_pointer_;
  mutable std::vector<std::int64_t> taken_by_frame_pointer_;
};

}  // namespace asmforge

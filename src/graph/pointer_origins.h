// Whether two memory operands may address the same object, because their pointers
// were computed from the same one.
//
//            lea  rcx, [rbx + 2*rdx]               rcx points into what rbx points to
//     .loop: movzx eax, word ptr [rcx + 2974]
//            mov  word ptr [rbx + 2*rdi + 2976], ax   an element of the same array
//
// What a pointer may be is taken widely: each register that was added without a
// factor counts, and all that may reach the instruction.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "graph/reaching_definitions.h"
#include "graph/stack_frame.h"

namespace asmforge {

// Refers to what it was made from.
class PointerOrigins {
 public:
  PointerOrigins(const Function& function, const Cfg& cfg, const StackFrame& frame);

  // Also when the search for the origins was given up.
  [[nodiscard]] bool may_share(std::uint32_t one_insn, std::uint32_t other_insn);

 private:
  enum class Kind : std::uint8_t {
    kArgument,    // the register that the function, or a block, began with
    kResult,      // what an instruction left in a register
    kObject,      // an address in the file
    kLoadedFrom,  // what lies at an address in the file
    kSpilledAt,   // what lies in a stack slot
  };
  struct Origin {
    Kind kind;
    std::uint64_t where;
    Register reg = kNoRegister;
    friend auto operator<=>(const Origin&, const Origin&) = default;
  };
  struct Origins {
    std::vector<Origin> all;  // sorted
    bool complete = true;
  };

  Origins find(std::uint32_t insn);
  void follow(const MemoryOperand& memory, std::uint32_t insn);
  void follow(Register reg, std::uint32_t insn);
  void follow_definition(std::uint32_t insn, Register reg);
  void follow_load(std::uint32_t insn, Register reg);

  const Function& function_;
  const StackFrame& frame_;
  ReachingDefinitions definitions_;
  Origins found_;
  std::vector<std::pair<std::uint32_t, Register>> uses_;  // seen or to be followed
};

}  // namespace asmforge

// All that is the same for every instruction of one LLVM opcode, worked out once
// from LLVM's tables, the rules of x86_rules.h and how the opcode prints.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/insn.h"
#include "mc/x86_registers.h"
#include "mc/x86_rules.h"

namespace llvm {
class MCInst;
class MCInstrInfo;
class MCRegisterInfo;
}  // namespace llvm

namespace asmforge::x86_64 {

// How LLVM lays a memory operand out in an MCInst.
enum class MemoryForm : std::uint8_t {
  kNone,
  kAddress,      // base, scale, index, displacement, segment
  kOffset,       // displacement, segment: mov with a 64-bit address
  kSource,       // rsi, segment: lods, outs
  kDestination,  // rdi: stos, scas, ins
  kTwo,          // both: movs, cmps
};

struct OperandPlan {
  OperandKind kind = OperandKind::kNone;
  bool read = false;
  bool written = false;
  std::uint8_t index = 0;            // into the MCInst; not for fixed registers
  std::uint16_t fixed_register = 0;  // LLVM's number when the text names a register that
                                     // the encoding leaves no choice of: cl of shl
};

struct OpcodeFacts {
  static constexpr std::uint8_t kNoOperand = 0xff;
  InsnClasses classes;
  RegisterSet implicit_reads;
  RegisterSet implicit_writes;
  std::array<OperandPlan, 5> operands;
  std::uint8_t operand_count = 0;
  MemoryForm memory_form = MemoryForm::kNone;
  std::uint8_t memory_index = 0;
  std::uint16_t memory_bytes = 0;
  std::uint8_t immediate_index = kNoOperand;
  std::uint8_t condition_index = kNoOperand;
  std::uint8_t first_source = kNoOperand;   // MCInst indices of the two sources of a
  std::uint8_t second_source = kNoOperand;  // zero idiom
  IntegerOperation operation = IntegerOperation::kNone;
  bool ignores_address = false;
  bool is_prefix = false;     // lock, rep, data16 that LLVM decodes on their own
  bool stands_alone = false;  // a prefix that LLVM decodes on its own wherever it stands
  bool is_lock_prefix = false;
  bool is_repeat_prefix = false;
  bool counts_in_rcx_when_repeated = false;
  bool shifts_by_one = false;       // has the immediate 1 without writing it
  bool atomic_with_memory = false;  // xchg
  bool lockable = false;            // may have a lock prefix
};

class OpcodeTables {
 public:
  OpcodeTables(const llvm::MCInstrInfo& instructions, const llvm::MCRegisterInfo& registers);

  // `text` is the sample as it prints in Intel syntax, `mnemonic` its bare mnemonic.
  [[nodiscard]] OpcodeFacts build(const llvm::MCInst& sample, std::string_view mnemonic,
                                  std::string_view text) const;
  [[nodiscard]] const RegisterPart& part(unsigned llvm_register) const {
    return parts_[llvm_register];
  }

 private:
  struct Draft;
  void place_operands(const llvm::MCInst& sample, std::string_view text, Draft& draft) const;

  const llvm::MCInstrInfo& instructions_;
  std::vector<RegisterPart> parts_;
  std::unordered_map<std::string, unsigned> by_text_;  // "eax", "st(1)" to LLVM's number
};

}  // namespace asmforge::x86_64

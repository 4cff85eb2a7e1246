// All that is the same for every instruction of one LLVM opcode, worked out once from LLVM's
// tables, the rules of aarch64_rules.h and how the opcode prints.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/insn.h"
#include "mc/aarch64_registers.h"
#include "mc/aarch64_rules.h"

namespace llvm {
class MCInst;
class MCInstrInfo;
class MCRegisterInfo;
}  // namespace llvm

namespace asmforge::aarch64 {

// Instructions whose operands say what they do, and how they are written:
//     subs xzr, x0, #8     is   cmp x0, #8
//     ubfm w0, w1, #3, #31      lsr w0, w1, #3
enum class Shape : std::uint8_t {
  kPlain,
  kAddImmediate,  // add, adds, sub, subs of general registers
  kAddShifted,
  kAddExtended,
  kLogicImmediate,  // and, ands, orr, eor
  kLogicShifted,    // and bic, bics, orn, eon
  kMoveWide,        // movz, movn, movk
  kBitfield,
  kExtract,
  kSelect,    // csel, csinc, csinv, csneg
  kCompare,   // ccmp, fccmp, fcsel: an ordinary instruction with a condition at its end
  kMultiply,  // madd and its like: a zero is not added
  kBranchIf,  // b.cond
  kAddress,   // adr, adrp
  kLiteral,   // ldr x0, label
  kHint,
  kReadSystem,   // mrs
  kWriteSystem,  // msr
  kReturn,
};

// Where a memory operand's parts are among the MCInst's operands.
struct MemoryPlan {
  static constexpr std::uint8_t kNoOperand = 0xff;
  bool present = false;
  std::uint8_t base = kNoOperand;
  std::uint8_t index = kNoOperand;
  std::uint8_t displacement = kNoOperand;
  std::uint8_t scales = kNoOperand;  // 1 when the index is multiplied by the bytes accessed
  std::uint8_t fixed_scale = 1;
  std::uint16_t unit = 1;  // of the displacement; 0: the length of a vector
  std::uint16_t bytes = 0;
  BaseUpdate update = BaseUpdate::kNone;
  std::uint8_t step = kNoOperand;  // what is added to the base afterwards
  bool step_is_bytes = false;      // its register xzr means the bytes accessed
};

struct OperandPlan {
  OperandKind kind = OperandKind::kNone;
  bool read = false;
  bool written = false;
  std::uint8_t index = 0;  // into the MCInst
};

struct OpcodeFacts {
  Shape shape = Shape::kPlain;
  InsnClasses classes;
  IntegerOperation operation = IntegerOperation::kNone;
  RegisterSet implicit_reads;
  RegisterSet implicit_writes;
  std::array<OperandPlan, 8> operands;  // destination first
  std::uint8_t operand_count = 0;
  std::uint8_t condition = MemoryPlan::kNoOperand;  // MCInst index of one
  MemoryPlan memory;
  bool subtracts = false;  // of the shapes of add
  bool sets_flags = false;
  bool sign_extends = false;  // a load
  std::string mnemonic;
};

class OpcodeTables {
 public:
  // An instruction's text without the assembler's other names for it.
  using Print = std::function<std::string(const llvm::MCInst& inst)>;
  OpcodeTables(const llvm::MCInstrInfo& instructions, const llvm::MCRegisterInfo& registers);

  [[nodiscard]] OpcodeFacts build(const llvm::MCInst& sample, std::string_view mnemonic,
                                  const Print& print) const;
  [[nodiscard]] const RegisterPart& part(unsigned llvm_register) const {
    return parts_[llvm_register];
  }

 private:
  [[nodiscard]] bool is_class(const llvm::MCInst& sample, unsigned operand,
                              std::string_view prefix) const;
  void find_shape(const llvm::MCInst& sample, OpcodeFacts& facts) const;
  void plan_memory(const llvm::MCInst& sample, const std::string& text, const MnemonicFacts& rules,
                   const Print& print, OpcodeFacts& facts) const;
  void plan_operands(const llvm::MCInst& sample, OpcodeFacts& facts) const;

  const llvm::MCInstrInfo& instructions_;
  const llvm::MCRegisterInfo& registers_;
  std::vector<RegisterPart> parts_;
};

}  // namespace asmforge::aarch64

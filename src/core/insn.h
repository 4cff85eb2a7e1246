// One decoded machine instruction, the same for every instruction set.
//
//     401136:  mov eax, dword ptr [rdi + 4*rsi]
//       address 0x401136, size 3, classes {load, move}
//       operands: eax (written, 32 bits), memory (read, 32 bits)
//       memory: base rdi, index rsi, scale 4, 4 bytes
//       reads {rdi, rsi}, writes {rax}
#pragma once

#include <array>
#include <cstdint>

#include "core/register_set.h"

namespace asmforge {

inline constexpr std::uint64_t kNoAddress = ~std::uint64_t{0};

// What an instruction does. A bit each; several may hold.
enum class InsnClass : std::uint32_t {
  kLoad = 1u << 0,         // reads memory (lea and nop do not)
  kStore = 1u << 1,        // writes memory
  kJump = 1u << 2,         // any jump, never a call or return
  kConditional = 1u << 3,  // with kJump: may fall through
  kIndirect = 1u << 4,     // with kJump or kCall: the target is a register or memory
  kCall = 1u << 5,
  kReturn = 1u << 6,
  kTrap = 1u << 7,  // ud2, int3, hlt, brk, udf: control does not go on
  kNop = 1u << 8,
  kMove = 1u << 9,              // copies a value unchanged, register, memory or immediate
  kExtend = 1u << 10,           // sign or zero extension, with or without a load
  kCompare = 1u << 11,          // only writes flags: cmp, test, bt, comiss
  kLea = 1u << 12,              // address arithmetic without access; `memory` holds the address
  kAddSubtract = 1u << 13,      // integer add, sub, inc, dec, neg
  kLogic = 1u << 14,            // and, or, xor, not
  kShift = 1u << 15,            // shifts and rotates
  kMultiply = 1u << 16,         // integer or float
  kDivide = 1u << 17,           // integer or float
  kFloat = 1u << 18,            // floating-point arithmetic, scalar or packed
  kVector = 1u << 19,           // packed: more than one lane
  kConvert = 1u << 20,          // between number formats
  kSetCondition = 1u << 21,     // setcc, cset
  kConditionalMove = 1u << 22,  // cmov, csel
  kPush = 1u << 23,
  kPop = 1u << 24,
  kAtomic = 1u << 25,  // lock prefix, xchg with memory, exclusives
  kFence = 1u << 26,
  kSystem = 1u << 27,        // syscall, cpuid, rdtsc: effects outside the model
  kString = 1u << 28,        // rep movs and friends
  kZeroIdiom = 1u << 29,     // result does not depend on the registers read: xor eax, eax
  kPartialWrite = 1u << 30,  // part of the written register keeps its old value: mov al, 1
  kEndBranch = 1u << 31,     // endbr64, bti: a marker, does nothing else
};

struct InsnClasses {
  std::uint32_t bits = 0;
  constexpr InsnClasses() = default;
  constexpr InsnClasses(InsnClass c) : bits(static_cast<std::uint32_t>(c)) {}
  [[nodiscard]] constexpr bool has(InsnClass c) const {
    return (bits & static_cast<std::uint32_t>(c)) != 0;
  }
  [[nodiscard]] constexpr bool has_all(InsnClasses o) const { return (bits & o.bits) == o.bits; }
  [[nodiscard]] constexpr bool has_any(InsnClasses o) const { return (bits & o.bits) != 0; }
  constexpr InsnClasses& operator|=(InsnClasses o) {
    bits |= o.bits;
    return *this;
  }
  friend constexpr InsnClasses operator|(InsnClasses a, InsnClasses b) { return a |= b; }
  friend constexpr bool operator==(InsnClasses, InsnClasses) = default;
};
constexpr InsnClasses operator|(InsnClass a, InsnClass b) {
  return InsnClasses(a) | InsnClasses(b);
}

// The condition of a conditional jump, set or move, without the ISA's spelling.
enum class Condition : std::uint8_t {
  kNone,
  kEqual,
  kNotEqual,
  kUnsignedLess,
  kUnsignedLessEqual,
  kUnsignedGreater,
  kUnsignedGreaterEqual,
  kSignedLess,
  kSignedLessEqual,
  kSignedGreater,
  kSignedGreaterEqual,
  kNegative,
  kNotNegative,
  kOverflow,
  kNotOverflow,
  kParity,
  kNotParity,
  kOther,  // jrcxz, loop: tests a register, not the flags
};

// Which integer operation it is, where a class holds several. kNone for
// everything else: moves, vector and floating-point instructions.
enum class IntegerOperation : std::uint8_t {
  kNone,
  kAdd,
  kSubtract,
  kIncrement,
  kDecrement,
  kNegate,
  kAddWithCarry,
  kSubtractWithBorrow,
  kAnd,
  kOr,
  kXor,
  kNot,
  kShiftLeft,
  kShiftRightLogical,
  kShiftRightArithmetic,
  kRotate,
  kCompare,  // flags of a subtraction alone: cmp
  kTest,     // flags of an and alone: test
  kBitTest,  // bt
};

// Whether an access also moves its base register.
enum class BaseUpdate : std::uint8_t {
  kNone,
  kBefore,  // ldr x0, [x1, #8]!: by the displacement, which is part of the address
  kAfter,   // ldr x0, [x1], #8: by the immediate, or by a register when there is none
};

// [segment: base + index * scale + displacement], `bytes` wide.
struct MemoryOperand {
  std::int64_t displacement = 0;
  std::uint64_t address =
      kNoAddress;               // when it is known from the bytes alone: rip-relative, absolute
  std::uint16_t bytes = 0;      // width of the access; 0 unknown
  Register base = kNoRegister;  // the program counter is an ordinary base register
  Register index = kNoRegister;
  Register segment = kNoRegister;  // only when it changes the address: fs, gs
  std::uint8_t scale = 1;
  bool present = false;
  BaseUpdate base_update = BaseUpdate::kNone;
};

enum class OperandKind : std::uint8_t { kNone, kRegister, kMemory, kImmediate, kTarget };

// An operand as it is written, destination first. Hidden ones (flags, rsp of
// push, rdx:rax of div) are in reads and writes alone. A register that always holds
// zero is none: mov w0, wzr has the immediate 0, str xzr, [x0] an operand without register.
struct Operand {
  OperandKind kind = OperandKind::kNone;
  Register reg = kNoRegister;  // for kRegister
  std::uint16_t bits = 0;      // width; 0 unknown
  bool read = false;
  bool written = false;
  bool high_byte = false;  // ah, bh, ch, dh
  // Only `bits` of the register count, extended by their sign: add x0, x1, w2, sxtb #2.
  bool sign_extended = false;
};

struct Insn {
  std::uint64_t address = 0;
  std::uint64_t target = kNoAddress;  // of a direct jump or call
  std::int64_t immediate = 0;         // the last immediate operand; 0 when there is none
  RegisterSet reads;                  // includes address registers and implicit ones
  RegisterSet writes;                 // may write
  MemoryOperand memory;               // the one memory operand that an address mode describes
  InsnClasses classes;
  std::uint16_t opcode = 0;  // LLVM's opcode number: equal opcodes, equal forms
  std::uint8_t size = 0;     // bytes
  std::uint8_t operand_count = 0;
  Condition condition = Condition::kNone;
  IntegerOperation operation = IntegerOperation::kNone;
  bool has_immediate = false;
  std::array<Operand, 5> operands;

  [[nodiscard]] std::uint64_t end() const { return address + size; }
  [[nodiscard]] bool is(InsnClass c) const { return classes.has(c); }
  // Control does not simply go on to the next instruction.
  [[nodiscard]] bool ends_block() const {
    return classes.has_any(InsnClass::kJump | InsnClass::kReturn | InsnClass::kTrap);
  }
};

}  // namespace asmforge

// What the decoder says about single x86-64 instructions: one row an instruction.
#include "mc/decoder.h"

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <vector>

#include "isa/x86_64.h"

namespace asmforge {
namespace {

using Bytes = std::vector<std::uint8_t>;

std::string names(RegisterSet set) {
  std::string out;
  set.for_each([&](Register r) {
    if (!out.empty()) out += ' ';
    out += x86_64::register_name(r);
  });
  return out;
}

struct Row {
  Bytes bytes;
  std::string text;
  std::string reads;
  std::string writes;
  InsnClasses classes;
};

using enum InsnClass;

const Row kRows[] = {
    {{0x8b, 0x04, 0xb7}, "mov eax, dword ptr [rdi + 4*rsi]", "rsi rdi", "rax", kLoad | kMove},
    {{0x89, 0x04, 0xb7}, "mov dword ptr [rdi + 4*rsi], eax", "rax rsi rdi", "", kStore | kMove},
    {{0x8d, 0x04, 0xb7}, "lea eax, [rdi + 4*rsi]", "rsi rdi", "rax", kLea},
    {{0x01, 0xc8}, "add eax, ecx", "rax rcx", "rax rflags", kAddSubtract},
    {{0x31, 0xc0}, "xor eax, eax", "rax", "rax rflags", kLogic | kZeroIdiom},
    {{0xb0, 0x01}, "mov al, 0x1", "", "rax", kMove | kPartialWrite},
    {{0x55}, "push rbp", "rsp rbp", "rsp", kPush | kStore},
    {{0x5d}, "pop rbp", "rsp", "rsp rbp", kPop | kLoad},
    {{0xc3}, "ret", "rsp", "rsp", kReturn | kLoad},
    {{0xff, 0xd0}, "call rax", "rax rsp", "rsp", kCall | kStore | kIndirect},
    {{0xff, 0xe0}, "jmp rax", "rax", "", kJump | kIndirect},
    {{0xf7, 0xf1}, "div ecx", "rax rcx rdx", "rax rdx rflags", kDivide},
    {{0xd3, 0xe0}, "shl eax, cl", "rax rcx", "rax rflags", kShift},
    {{0xf3, 0x48, 0xab},
     "rep stosq qword ptr es:[rdi], rax",
     "rax rcx rdi df",
     "rcx rdi",
     kString | kMove | kStore},
    {{0xf0, 0x0f, 0xb1, 0x0f},
     "lock cmpxchg dword ptr [rdi], ecx",
     "rax rcx rdi",
     "rax rflags",
     kAtomic | kLoad | kStore},
    {{0x0f, 0x1f, 0x04, 0x00}, "nop dword ptr [rax + rax]", "", "", kNop},
    {{0xf3, 0x0f, 0x1e, 0xfa}, "endbr64", "", "", kEndBranch},
    {{0x0f, 0x0b}, "ud2", "", "", kTrap},
};

TEST(Decoder, SaysWhatSingleInstructionsDo) {
  Decoder decoder(Isa::kX86_64);
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.text);
    Insn insn;
    ASSERT_TRUE(decoder.decode_one(row.bytes, 0x1000, insn));
    EXPECT_EQ(insn.size, row.bytes.size());
    EXPECT_EQ(decoder.text(insn, row.bytes, Syntax::kIntel), row.text);
    EXPECT_EQ(names(insn.reads), row.reads);
    EXPECT_EQ(names(insn.writes), row.writes);
    EXPECT_EQ(insn.classes.bits, row.classes.bits);
  }
}

struct ClassRow {
  Bytes bytes;
  InsnClasses classes;
  IntegerOperation operation = IntegerOperation::kNone;
};
using Op = IntegerOperation;

// One or two of each kind; the comment is the instruction.
const ClassRow kClassRows[] = {
    {{0x83, 0xe0, 0x00}, kLogic | kZeroIdiom, Op::kAnd},             // and eax, 0
    {{0x83, 0xc8, 0xff}, kLogic | kZeroIdiom, Op::kOr},              // or eax, -1
    {{0x83, 0xc8, 0x01}, kLogic, Op::kOr},                           // or eax, 1
    {{0x29, 0xc0}, kAddSubtract | kZeroIdiom, Op::kSubtract},        // sub eax, eax
    {{0x19, 0xc0}, kAddSubtract, Op::kSubtractWithBorrow},           // sbb eax, eax
    {{0x31, 0xc8}, kLogic, Op::kXor},                                // xor eax, ecx
    {{0xff, 0xc0}, kAddSubtract, Op::kIncrement},                    // inc eax
    {{0xf7, 0xd8}, kAddSubtract, Op::kNegate},                       // neg eax
    {{0xf7, 0xd0}, kLogic, Op::kNot},                                // not eax
    {{0x39, 0xc8}, kCompare, Op::kCompare},                          // cmp eax, ecx
    {{0x85, 0xc0}, kCompare, Op::kTest},                             // test eax, eax
    {{0x0f, 0xa3, 0xc8}, kCompare, Op::kBitTest},                    // bt eax, ecx
    {{0xd1, 0xf8}, kShift, Op::kShiftRightArithmetic},               // sar eax
    {{0xc1, 0xc0, 0x07}, kShift, Op::kRotate},                       // rol eax, 7
    {{0xc4, 0xe2, 0x71, 0xf7, 0xc2}, kShift, Op::kShiftLeft},        // shlx eax, edx, ecx
    {{0x0f, 0xaf, 0xc1}, kMultiply},                                 // imul eax, ecx
    {{0x48, 0x98}, kExtend},                                         // cdqe
    {{0x0f, 0xb6, 0x07}, kExtend | kLoad},                           // movzx eax, [rdi]
    {{0x0f, 0x94, 0xc0}, kSetCondition | kPartialWrite},             // sete al
    {{0x0f, 0x44, 0xc1}, kConditionalMove},                          // cmove eax, ecx
    {{0x66, 0x89, 0xc8}, kMove | kPartialWrite},                     // mov ax, cx
    {{0x88, 0xe0}, kMove | kPartialWrite},                           // mov al, ah
    {{0x87, 0x07}, kMove | kLoad | kStore | kAtomic},                // xchg [rdi], eax
    {{0x0f, 0xae, 0xf0}, kFence},                                    // mfence
    {{0x0f, 0x05}, kSystem},                                         // syscall
    {{0xf4}, kTrap},                                                 // hlt
    {{0x0f, 0x18, 0x0f}, {}},                                        // prefetcht0 [rdi]
    {{0xff, 0x27}, kJump | kIndirect | kLoad},                       // jmp [rdi]
    {{0xff, 0x17}, kCall | kIndirect | kLoad | kStore},              // call [rdi]
    {{0xff, 0x37}, kPush | kLoad | kStore},                          // push [rdi]
    {{0x8f, 0x07}, kPop | kLoad | kStore},                           // pop [rdi]
    {{0xf2, 0x0f, 0x58, 0xc1}, kFloat | kPartialWrite},              // addsd xmm0, xmm1
    {{0x66, 0x0f, 0x58, 0xc1}, kFloat | kVector},                    // addpd xmm0, xmm1
    {{0xc5, 0xfb, 0x5e, 0xc1}, kFloat | kDivide},                    // vdivsd xmm0, xmm0, xmm1
    {{0xc4, 0xe2, 0x75, 0xb8, 0xc2}, kFloat | kMultiply | kVector},  // vfmadd231ps ymm0...
    {{0xf2, 0x0f, 0x2a, 0xc0}, kConvert | kPartialWrite},            // cvtsi2sd xmm0, eax
    {{0xf2, 0x0f, 0x2c, 0xc0}, kConvert},                            // cvttsd2si eax, xmm0
    {{0x66, 0x0f, 0x2e, 0xc1}, kFloat | kCompare},                   // ucomisd xmm0, xmm1
    {{0x0f, 0x57, 0xc0}, kLogic | kVector | kZeroIdiom},             // xorps xmm0, xmm0
    {{0xc5, 0xf1, 0xef, 0xc1}, kLogic | kVector | kZeroIdiom},       // vpxor xmm0, xmm1, xmm1
    {{0xc5, 0xf1, 0xef, 0xc2}, kLogic | kVector},                    // vpxor xmm0, xmm1, xmm2
    {{0x66, 0x0f, 0x76, 0xc0}, kVector | kZeroIdiom},                // pcmpeqd xmm0, xmm0
    {{0x66, 0x0f, 0xd4, 0xc1}, kAddSubtract | kVector},              // paddq xmm0, xmm1
    {{0x0f, 0x28, 0xc1}, kMove | kVector},                           // movaps xmm0, xmm1
    {{0xf2, 0x0f, 0x10, 0x07}, kMove | kLoad},                       // movsd xmm0, [rdi]
    {{0xf2, 0x0f, 0x10, 0xc1}, kMove | kPartialWrite},               // movsd xmm0, xmm1
    {{0xf2, 0xa5}, kMove | kString | kLoad | kStore},                // repne movsd
    {{0xd9, 0x07}, kMove | kLoad},                                   // fld dword ptr [rdi]
    {{0xd8, 0xc1}, kFloat},                                          // fadd st, st(1)
    {{0x62, 0xf1, 0x74, 0x49, 0x58, 0xc2},
     kFloat | kVector | kPartialWrite},                        // vaddps zmm0 {k1}...
    {{0x62, 0xf1, 0x74, 0xc9, 0x58, 0xc2}, kFloat | kVector},  // the same with {z}
};

TEST(Decoder, KnowsTheClassesOfInstructions) {
  Decoder decoder(Isa::kX86_64);
  for (const ClassRow& row : kClassRows) {
    Insn insn;
    ASSERT_TRUE(decoder.decode_one(row.bytes, 0x1000, insn));
    SCOPED_TRACE(decoder.text(insn, row.bytes, Syntax::kIntel));
    EXPECT_EQ(insn.size, row.bytes.size());
    EXPECT_EQ(insn.classes.bits, row.classes.bits);
    EXPECT_EQ(insn.operation, row.operation);
  }
}

// "rax:32w rcx:8r []:32rw 7": the operands as they are written.
std::string operands_of(const Insn& insn) {
  std::string out;
  for (unsigned i = 0; i < insn.operand_count; ++i) {
    const Operand& operand = insn.operands[i];
    if (!out.empty()) out += ' ';
    if (operand.kind == OperandKind::kImmediate) out += "imm";
    if (operand.kind == OperandKind::kTarget) out += "target";
    if (operand.kind == OperandKind::kMemory) out += "[]";
    if (operand.kind == OperandKind::kRegister) out += x86_64::register_name(operand.reg);
    if (operand.bits != 0) out += ":" + std::to_string(operand.bits);
    if (operand.read) out += "r";
    if (operand.written) out += "w";
    if (operand.high_byte) out += "h";
  }
  return out;
}

struct OperandRow {
  Bytes bytes;
  std::string operands;
};

const OperandRow kOperandRows[] = {
    {{0x01, 0xc8}, "rax:32rw rcx:32r"},                           // add eax, ecx
    {{0x01, 0x07}, "[]:32rw rax:32r"},                            // add [rdi], eax
    {{0x05, 0xf4, 0x01, 0, 0}, "rax:32rw imm"},                   // add eax, 500
    {{0x88, 0xe0}, "rax:8w rax:8rh"},                             // mov al, ah
    {{0xd3, 0xe0}, "rax:32rw rcx:8r"},                            // shl eax, cl
    {{0x87, 0x07}, "[]:32rw rax:32rw"},                           // xchg [rdi], eax
    {{0x0f, 0xaf, 0xc1}, "rax:32rw rcx:32r"},                     // imul eax, ecx
    {{0x6b, 0xc1, 0x07}, "rax:32w rcx:32r imm"},                  // imul eax, ecx, 7
    {{0x8d, 0x04, 0xb7}, "rax:32w []"},                           // lea eax, [rdi + 4*rsi]
    {{0x74, 0x10}, "target"},                                     // je
    {{0x57}, "rdi:64r"},                                          // push rdi
    {{0x0f, 0xa0}, "fs:16r"},                                     // push fs
    {{0xaa}, "[]:8w rax:8r"},                                     // stosb
    {{0xa5}, "[]:32w []:32r"},                                    // movsd
    {{0xc5, 0xf4, 0x58, 0xc2}, "xmm0:256w xmm1:256r xmm2:256r"},  // vaddps ymm0, ymm1, ymm2
    {{0x62, 0xf1, 0x74, 0x49, 0x58, 0xc2},
     "xmm0:512rw k1:64r xmm1:512r xmm2:512r"},  // vaddps zmm0 {k1}, ...
    {{0xc4, 0xe2, 0x7d, 0x90, 0x14, 0x08}, "xmm2:256rw []:32r xmm0:256rw"},  // vpgatherdd
    {{0x62, 0xf2, 0x6f, 0x08, 0x68, 0xd1}, "k2:64w xmm2:128r xmm1:128r"},    // vp2intersectd
    {{0x66, 0x0f, 0x38, 0x14, 0xd1}, "xmm2:128rw xmm1:128r xmm0:128r"},      // blendvps
    {{0x0f, 0x1f, 0x40, 0x00}, "[]:32"},                                     // nop dword ptr [rax]
};

TEST(Decoder, ListsOperandsAsTheyAreWritten) {
  Decoder decoder(Isa::kX86_64);
  for (const OperandRow& row : kOperandRows) {
    Insn insn;
    ASSERT_TRUE(decoder.decode_one(row.bytes, 0x1000, insn));
    EXPECT_EQ(operands_of(insn), row.operands) << decoder.text(insn, row.bytes, Syntax::kIntel);
  }
}

TEST(Decoder, TakesPrefixesAndTheirInstructionForOne) {
  Decoder decoder(Isa::kX86_64);
  struct PrefixRow {
    Bytes bytes;
    std::string text;
    std::string mnemonic;
  };
  const PrefixRow rows[] = {
      {{0xf3, 0xc3}, "rep ret", "rep ret"},
      {{0xf2, 0xf0, 0xff, 0x00}, "xacquire lock inc dword ptr [rax]", "xacquire lock inc"},
      {{0x3e, 0xff, 0xe0}, "jmp rax", "jmp"},
      // A REX that is not the last prefix counts for nothing.
      {{0x48, 0x66, 0x01, 0xc8}, "add ax, cx", "add"},
  };
  for (const PrefixRow& row : rows) {
    Insn insn;
    ASSERT_TRUE(decoder.decode_one(row.bytes, 0x1000, insn)) << row.text;
    EXPECT_EQ(insn.size, row.bytes.size());
    EXPECT_EQ(decoder.text(insn, row.bytes, Syntax::kIntel), row.text);
    EXPECT_EQ(decoder.mnemonic(insn, row.bytes, Syntax::kIntel), row.mnemonic);
  }
  Insn insn;
  EXPECT_FALSE(decoder.decode_one(Bytes{0xf0, 0x01, 0xc8}, 0x1000, insn));  // lock add eax, ecx
  EXPECT_FALSE(decoder.decode_one(Bytes{0xf0}, 0x1000, insn));
  EXPECT_FALSE(decoder.decode_one(Bytes{}, 0x1000, insn));
}

TEST(Decoder, DescribesMemoryOperands) {
  Decoder decoder(Isa::kX86_64);
  Insn insn;
  // mov eax, dword ptr fs:[rdi + 8*rsi - 4]
  ASSERT_TRUE(decoder.decode_one(Bytes{0x64, 0x8b, 0x44, 0xf7, 0xfc}, 0, insn));
  EXPECT_EQ(insn.memory.base, x86_64::kRdi);
  EXPECT_EQ(insn.memory.index, x86_64::kRsi);
  EXPECT_EQ(insn.memory.scale, 8);
  EXPECT_EQ(insn.memory.displacement, -4);
  EXPECT_EQ(insn.memory.segment, x86_64::kFs);
  EXPECT_EQ(insn.memory.bytes, 4);
  EXPECT_EQ(insn.memory.address, kNoAddress);
  // mov eax, dword ptr [0x1234]
  ASSERT_TRUE(decoder.decode_one(Bytes{0x8b, 0x04, 0x25, 0x34, 0x12, 0, 0}, 0, insn));
  EXPECT_EQ(insn.memory.address, 0x1234U);
  // shr eax, 1, whose 1 is in the opcode
  ASSERT_TRUE(decoder.decode_one(Bytes{0xd1, 0xe8}, 0, insn));
  EXPECT_TRUE(insn.has_immediate);
  EXPECT_EQ(insn.immediate, 1);
}

TEST(Decoder, PrintsBothSyntaxes) {
  Decoder decoder(Isa::kX86_64);
  const Bytes bytes = {0x8b, 0x44, 0xb7, 0x10};
  Insn insn;
  ASSERT_TRUE(decoder.decode_one(bytes, 0, insn));
  EXPECT_EQ(decoder.text(insn, bytes, Syntax::kIntel), "mov eax, dword ptr [rdi + 4*rsi + 0x10]");
  EXPECT_EQ(decoder.text(insn, bytes, Syntax::kAtt), "movl 0x10(%rdi,%rsi,4), %eax");
  EXPECT_EQ(decoder.mnemonic(insn, bytes, Syntax::kAtt), "movl");
  const Bytes jump = {0xeb, 0xfe};
  ASSERT_TRUE(decoder.decode_one(jump, 0x401000, insn));
  EXPECT_EQ(decoder.text(insn, jump, Syntax::kIntel), "jmp 0x401000");
}

// Bytes of every kind: what decode_linear finds is what decode_one finds there.
TEST(Decoder, DecodesTheSameOneByOneAndInARow) {
  Bytes bytes;
  std::uint32_t state = 1;
  for (int i = 0; i < 20'000; ++i) {
    state = state * 1664525 + 1013904223;
    bytes.push_back(static_cast<std::uint8_t>(state >> 24));
  }
  Decoder decoder(Isa::kX86_64);
  Function function;
  decoder.decode_linear(bytes, 0x1000, function);
  std::uint64_t covered = 0;
  for (const AddressRange& range : function.not_decoded) covered += range.size();
  for (const Insn& insn : function.insns) {
    covered += insn.size;
    Insn alone;
    ASSERT_TRUE(
        decoder.decode_one(std::span(bytes).subspan(insn.address - 0x1000), insn.address, alone));
    EXPECT_EQ(alone.size, insn.size);
    EXPECT_EQ(alone.opcode, insn.opcode);
    EXPECT_EQ(alone.reads, insn.reads);
    EXPECT_EQ(alone.writes, insn.writes);
  }
  EXPECT_EQ(covered, bytes.size());
}

TEST(Decoder, FindsTargetsAndAddresses) {
  Decoder decoder(Isa::kX86_64);
  Insn insn;
  ASSERT_TRUE(decoder.decode_one(Bytes{0x74, 0x10}, 0x1000, insn));  // je
  EXPECT_EQ(insn.target, 0x1012U);
  EXPECT_EQ(insn.condition, Condition::kEqual);
  ASSERT_TRUE(decoder.decode_one(Bytes{0xe8, 0xfb, 0xff, 0xff, 0xff}, 0x1000, insn));
  EXPECT_EQ(insn.target, 0x1000U);
  // lea rax, [rip - 0x10]
  ASSERT_TRUE(decoder.decode_one(Bytes{0x48, 0x8d, 0x05, 0xf0, 0xff, 0xff, 0xff}, 0x1000, insn));
  EXPECT_EQ(insn.memory.address, 0xff7U);
  EXPECT_EQ(insn.memory.base, x86_64::kRip);
}

TEST(Decoder, GoesOnAfterBytesThatAreNoInstruction) {
  Decoder decoder(Isa::kX86_64);
  Function function;
  decoder.decode_linear(Bytes{0x90, 0x06, 0xc3}, 0x1000, function);  // nop, push es, ret
  ASSERT_EQ(function.insns.size(), 2U);
  EXPECT_EQ(function.insns[1].address, 0x1002U);
  ASSERT_EQ(function.not_decoded.size(), 1U);
  EXPECT_EQ(function.not_decoded[0], (AddressRange{0x1001, 0x1002}));
}

}  // namespace
}  // namespace asmforge

// What the decoder says about single x86-64 instructions: one row an instruction.
#include "mc/decoder.h"

#include <gtest/gtest.h>

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

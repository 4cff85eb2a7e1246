// What changes in the loops of AArch64: three operands, bases that move, addresses made by add.
#include <gtest/gtest.h>

#include "../support/built_program.h"
#include "graph/loop_values.h"
#include "graph/recurrences.h"
#include "isa/aarch64.h"

namespace asmforge {
namespace {

using testing_support::BuiltProgram;

constexpr const char* kAssembler =
    "clang-19 --target=aarch64-linux-gnu -shared -nostdlib -fuse-ld=lld";

std::string function(const std::string& body) {
  return ".globl f\n.type f, %function\nf:\n" + body + ".size f, .-f\n";
}

// The one loop of `f`; instruction n of the function as written.
struct Subject {
  BuiltProgram program;
  FunctionView view;
  StackFrame frame;
  LoopValues values;
  explicit Subject(const std::string& body)
      : program(kAssembler, ".s", function(body)),
        view(program.analyse("f")),
        frame(view.function),
        values(view.function, view.cfg, view.loops, 0, frame, &view.binary) {}
};

TEST(Aarch64Loops, BasesThatMoveAreCounters) {
  const Subject s(R"(
    1:
      ldr w3, [x0], #4           // 0
      ldr w4, [x1, #8]!          // 1
      ldp x5, x6, [x2], #16      // 2
      ld1 {v0.4s}, [x9], x10     // 3: by a register
      str w3, [x7, x8, lsl #2]   // 4
      add x8, x8, #1             // 5
      subs x11, x11, #2          // 6
      b.ne 1b
      ret
  )");
  EXPECT_EQ(s.values.step(0), 4);
  EXPECT_EQ(s.values.step(1), 8);
  EXPECT_EQ(s.values.step(2), 16);
  EXPECT_EQ(s.values.step(8), 1);
  EXPECT_EQ(s.values.step(11), -2);
  EXPECT_FALSE(s.values.step(9).has_value());
  EXPECT_EQ(s.values.address_step(0), 4);
  EXPECT_EQ(s.values.address_step(1), 8);
  EXPECT_EQ(s.values.address_step(2), 16);
  EXPECT_FALSE(s.values.address_step(3).has_value());
  EXPECT_EQ(s.values.address_step(4), 4);
  EXPECT_EQ(s.values.kind(7, 4), ValueKind::kInvariant);
}

TEST(Aarch64Loops, ValuesOfThreeOperandsAreFollowed) {
  const Subject s(R"(
    1:
      add x3, x0, x8, lsl #3     // 0
      ldr x4, [x3, #16]          // 1: 8 on
      sub x5, x8, x1             // 2
      lsl x6, x5, #2             // 3
      ldr w7, [x6]               // 4: 4 on
      add x9, x0, w8, sxtw #1    // 5
      ldrh w10, [x9]             // 6: 2 on
      neg x11, x8                // 7
      mov x12, x11               // 8
      ldrb w13, [x0, x12]        // 9: one back
      madd x14, x8, x1, x2       // 10
      csel x15, x1, x2, ne       // 11: either of two that stay
      add x8, x8, #1             // 12
      cmp x8, x1                 // 13
      b.ne 1b
      ret
  )");
  EXPECT_EQ(s.values.address_step(1), 8);
  EXPECT_EQ(s.values.address_step(4), 4);
  EXPECT_EQ(s.values.address_step(6), 2);
  EXPECT_EQ(s.values.address_step(9), -1);
  EXPECT_EQ(s.values.kind(8, 13), ValueKind::kAffine);
  EXPECT_EQ(s.values.kind(1, 13), ValueKind::kInvariant);
  EXPECT_FALSE(s.values.step(14).has_value());
}

TEST(Aarch64Loops, WhatIsSpilledIsNobodyElses) {
  const Subject s(R"(
      stp x29, x30, [sp, #-48]!  // 0
      mov x29, sp                // 1
      str x2, [sp, #24]          // 2
      add x0, sp, #32            // 3: the address of another slot
      bl g                       // 4
    1:
      ldr x3, [sp, #24]          // 5
      ldr x4, [sp, #32]          // 6
      strb w4, [x1], #1          // 7
      subs x3, x3, #1            // 8
      b.ne 1b
      ldp x29, x30, [sp], #48
      ret
  )");
  EXPECT_EQ(s.values.clobber_of(5).kind, Clobber::kNone);
  EXPECT_EQ(s.values.clobber_of(6).kind, Clobber::kMay);
}

TEST(Aarch64Loops, CallsKeepWhatTheStandardSays) {
  const Subject s(R"(
    1:
      mov x0, x20                // 0
      bl g                       // 1
      add x19, x19, #1           // 2
      ldr x9, [x10]              // 3: x10 does not survive
      cmp x19, x21               // 4
      b.ne 1b
      ret
  )");
  EXPECT_EQ(s.values.kind(20, 0), ValueKind::kInvariant);
  EXPECT_EQ(s.values.step(19), 1);
  EXPECT_NE(s.values.kind(10, 3), ValueKind::kInvariant);
  EXPECT_EQ(s.values.kind(aarch64::kSp, 1), ValueKind::kInvariant);
}

// The counter of post-indexed loads is no chain of the work; the sum is one.
TEST(Aarch64Loops, RecurrencesAreFound) {
  const Subject s(R"(
    1:
      ldr w3, [x0], #4           // 0
      add w1, w1, w3             // 1
      subs x2, x2, #1            // 2
      b.ne 1b
      ret
  )");
  const std::vector<Recurrence> found =
      find_recurrences(s.view.function, s.view.cfg, s.view.loops, 0, s.values);
  std::size_t inductions = 0;
  bool sum = false;
  for (const Recurrence& r : found) {
    inductions += r.induction ? 1 : 0;
    sum |= !r.induction && r.insns == std::vector<std::uint32_t>{1};
  }
  EXPECT_EQ(inductions, 2U);
  EXPECT_TRUE(sum);
}

}  // namespace
}  // namespace asmforge

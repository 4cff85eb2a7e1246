#include "graph/loop_values.h"

#include <gtest/gtest.h>

#include "../support/built_program.h"
#include "isa/x86_64.h"

namespace asmforge {
namespace {

using testing_support::BuiltProgram;

constexpr const char* kAssembler = "clang-19 -shared -nostdlib -fuse-ld=lld";

std::string function(const std::string& body) {
  return ".intel_syntax noprefix\n.globl f\n.type f, @function\nf:\n" + body + ".size f, .-f\n";
}

// The one loop of `f`; instruction n of the function as written.
struct Subject {
  BuiltProgram program;
  FunctionView view;
  StackFrame frame;
  LoopValues values;
  explicit Subject(const std::string& body, LoopIndex loop = 0)
      : program(kAssembler, ".s", function(body)),
        view(program.analyse("f")),
        frame(view.function),
        values(view.function, view.cfg, view.loops, loop, frame, &view.binary) {}
  [[nodiscard]] bool invariant(Register reg, std::uint32_t insn) const {
    return values.kind(reg, insn) == ValueKind::kInvariant;
  }
  [[nodiscard]] bool invariant_address(std::uint32_t insn) const {
    return values.address_kind(insn) == ValueKind::kInvariant;
  }
};

using namespace x86_64;

TEST(LoopValues, CountersAndAddresses) {
  const Subject s(R"(
      xor ecx, ecx
    1:
      mov eax, dword ptr [rdi + 4*rcx]   # 1
      mov edx, dword ptr [rsi]           # 2
      add rcx, 1                         # 3
      cmp rcx, r8                        # 4
      jne 1b
      ret
  )");
  EXPECT_EQ(s.values.step(kRcx), 1);
  EXPECT_EQ(s.values.step(kRcx, 4), 1);
  EXPECT_EQ(s.values.address_step(1), 4);
  EXPECT_EQ(s.values.address_step(2), 0);
  EXPECT_TRUE(s.invariant_address(2));
  EXPECT_FALSE(s.invariant_address(1));
  EXPECT_TRUE(s.invariant(kR8, 4));
  EXPECT_FALSE(s.invariant(kRcx, 4));
  EXPECT_FALSE(s.values.step(kRax).has_value());
  ASSERT_EQ(s.values.inductions().size(), 1u);
  EXPECT_EQ(s.values.inductions()[0].updates, std::vector<std::uint32_t>{3});
}

TEST(LoopValues, UnrolledUpdatesAddUpAndConditionalOnesDoNot) {
  const Subject s(R"(
    1:
      inc rcx
      sub rdx, 8
      inc rcx
      test rax, rax
      je 2f
      add rsi, 4
    2:
      lea rdi, [rdi + 16]
      cmp rcx, r8
      jb 1b
      ret
  )");
  EXPECT_EQ(s.values.step(kRcx), 2);
  EXPECT_EQ(s.values.step(kRdx), -8);
  EXPECT_EQ(s.values.step(kRdi), 16);
  EXPECT_FALSE(s.values.step(kRsi).has_value());
}

TEST(LoopValues, ValuesDerivedFromCounters) {
  const Subject s(R"(
    1:
      lea rax, [rdi + 8*rcx]     # 0
      mov rdx, [rax + 16]        # 1: 8 on
      mov r9, rcx                # 2
      shl r9, 2                  # 3
      sub r9, rsi                # 4
      mov r10, [r9]              # 5: 4 on
      movsxd r11, ecx            # 6
      mov r10d, [rdi + 4*r11]    # 7: 4 on
      mov rax, [r10]             # 8: from memory, not known
      dec rcx
      jne 1b
      ret
  )");
  EXPECT_EQ(s.values.address_step(1), -8);
  EXPECT_EQ(s.values.address_step(5), -4);
  EXPECT_EQ(s.values.address_step(7), -4);
  EXPECT_FALSE(s.values.address_step(8).has_value());
}

TEST(LoopValues, RecomputedConstantsAreInvariant) {
  const Subject s(R"(
    1:
      mov rax, rsi               # 0
      and rax, -8                # 1
      mov rdx, [rax]             # 2
      mov r9d, 5                 # 3
      add rcx, r9                # 4
      mov rbx, [rcx]             # 5
      cmp rcx, r8
      jb 1b
      ret
  )");
  EXPECT_TRUE(s.invariant(kRax, 2));
  EXPECT_TRUE(s.invariant_address(2));
  EXPECT_TRUE(s.invariant(kR9, 4));
  EXPECT_FALSE(s.invariant(kRcx, 5));
}

TEST(LoopValues, AValueFromTheIterationBeforeIsNotInvariant) {
  const Subject s(R"(
    1:
      mov rdx, [rax]             # 0: rax of the iteration before
      mov rax, rsi               # 1
      inc rcx
      cmp rcx, r8
      jb 1b
      ret
  )");
  EXPECT_FALSE(s.invariant(kRax, 0));
  EXPECT_FALSE(s.invariant_address(0));
}

TEST(LoopValues, OneOfTwoDefinitionsIsNotInvariant) {
  const Subject s(R"(
    1:
      mov rax, rsi
      test rcx, 1
      je 2f
      mov rax, rdi
    2:
      mov rdx, [rax]             # 4
      inc rcx
      cmp rcx, r8
      jb 1b
      ret
  )");
  EXPECT_FALSE(s.invariant(kRax, 4));
}

TEST(LoopValues, CallsClobberWhatTheAbiLetsThem) {
  const Subject s(R"(
    1:
      call g
      mov rax, [rbx]             # 1: callee-saved
      mov rdx, [rsi]             # 2: clobbered
      mov rdx, [rsp + 8]         # 3
      dec r12
      jne 1b
      ret
    g:
      ret
  )");
  EXPECT_TRUE(s.values.flow().has_call());
  EXPECT_TRUE(s.invariant_address(1));
  EXPECT_FALSE(s.invariant_address(2));
  EXPECT_TRUE(s.invariant_address(3));
  EXPECT_EQ(s.values.step(kR12), -1);
}

TEST(LoopValues, InnerLoopsHideUpdatesFromTheOuter) {
  const Subject s(R"(
    1:
      mov rdx, r9
    2:
      add rsi, 8                 # how often is not known
      dec rdx
      jne 2b
      add rdi, 8
      dec rcx
      jne 1b
      ret
  )");
  ASSERT_EQ(s.view.loops.loops.size(), 2u);
  EXPECT_FALSE(s.values.step(kRsi).has_value());
  EXPECT_EQ(s.values.step(kRdi), 8);
  const LoopValues inner(s.view.function, s.view.cfg, s.view.loops, 1, s.frame, nullptr);
  EXPECT_EQ(inner.step(kRsi), 8);
  EXPECT_EQ(inner.step(kRdi), 0);
}

TEST(LoopValues, SpilledValuesStayWhenTheirSlotDoes) {
  const Subject s(R"(
      sub rsp, 40
      mov [rsp + 8], rsi
      mov [rsp + 16], rdi
    1:
      mov rax, [rsp + 8]         # 3
      mov rdx, [rax]             # 4: invariant address by way of the slot
      mov rax, [rsp + 16]        # 5
      mov rdx, [rax]             # 6: the slot changes
      mov [rsp + 16], rdx
      dec rcx
      jne 1b
      add rsp, 40
      ret
  )");
  EXPECT_TRUE(s.invariant_address(4));
  EXPECT_FALSE(s.invariant_address(6));
  EXPECT_TRUE(s.frame.slot(s.view.function.insns[3].memory).has_value());
  EXPECT_FALSE(s.frame.slot(s.view.function.insns[4].memory).has_value());
}

TEST(LoopValues, ASlotWhoseAddressIsTakenMayChange) {
  const Subject s(R"(
      sub rsp, 40
      mov [rsp + 8], rsi
      lea r9, [rsp + 8]
    1:
      mov rax, [rsp + 8]         # 3
      mov rdx, [rax]             # 4
      mov [r9 + rcx], rdx
      dec rcx
      jne 1b
      add rsp, 40
      ret
  )");
  EXPECT_FALSE(s.invariant_address(4));
}

// A spill above an object that others know, or a field of it: a pointer in the
// loop will not lead there, a callee may.
TEST(LoopValues, ASlotAboveATakenAddressMayBeAFieldThatACalleeWrites) {
  const std::string body = R"(
      sub rsp, 40
      mov [rsp + 16], rsi
      lea rbx, [rsp + 8]
    1:
      mov rdi, rbx               # 3
      %
      cmp rbp, [rsp + 16]        # 5
      jae 2f
      inc rbp
      jmp 1b
    2:
      add rsp, 40
      ret
    g:
      ret
  )";
  const auto with = [&](const std::string& insn) {
    std::string text = body;
    return text.replace(text.find('%'), 1, insn);
  };
  EXPECT_EQ(Subject(with("call g")).values.loaded_kind(5), ValueKind::kReloaded);
  EXPECT_EQ(Subject(with("mov [rdx], rdi")).values.loaded_kind(5), ValueKind::kInvariant);
}

TEST(LoopValues, FramesAddressedThroughACopyAreTaken) {
  const Subject s(R"(
      push rbp
      lea rbp, [rsp - 40]        # no frame pointer: the address of a local
      mov r9, rbp
    1:
      cmp rcx, [rsp - 40]        # 3
      jae 2f
      mov [r9], rcx
      inc rcx
      jmp 1b
    2:
      pop rbp
      ret
  )");
  EXPECT_NE(s.values.loaded_kind(3), ValueKind::kInvariant);
}

TEST(LoopValues, PushAndPopGiveTheStackPointerBack) {
  const Subject s(R"(
    1:
      test rax, rax
      je 2f
      push 1                     # 2
      push rbx                   # 3
      mov rdx, [rsp + 24]        # 4
      call g
      add rsp, 16
    2:
      cmp rbp, [rsp + 8]         # 7: what 4 reads, on either way
      jae 3f
      inc rbp
      jmp 1b
    3:
      ret
    g:
      ret
  )");
  EXPECT_TRUE(s.invariant_address(4));
  EXPECT_TRUE(s.invariant_address(7));
  EXPECT_EQ(s.values.step(kRsp), 0);
}

TEST(LoopValues, TheSameRegisterIsNotTheSameAddress) {
  const Subject s(R"(
    1:
      mov rax, rsi
      mov rdx, [rax]             # 1
      lea rax, [rdi + 8]
      mov [rax], rcx             # 3: elsewhere, for all that is known
      lea rax, [rsi + 4]
      mov [rax], rcx             # 5: the second half of it
      mov [rax + 4], rcx         # 6: behind it
      dec rcx
      jne 1b
      ret
  )");
  EXPECT_EQ(s.values.clobber_of(1).kind, Clobber::kCertain);
  EXPECT_EQ(s.values.clobber_of(1).store, 5u);
  EXPECT_TRUE(s.values.may_alias(1, 3));
  EXPECT_FALSE(s.values.may_alias(1, 6));
}

TEST(LoopValues, KindsOfValues) {
  const Subject s(R"(
    1:
      mov rax, [rdi + 8*rcx]     # 0
      cmp rax, rsi               # 1: loaded, invariant
      mov rdx, [r8]              # 2
      add rdx, rcx               # 3: reloaded
      mov [r9 + 8*rcx], rdx      # 4
      lea r10, [rcx + 3]         # 5
      mov r11, r10               # 6: affine
      imul r11, r10              # 7
      movzx eax, cl              # 8: wraps
      cmp r11, rax               # 9: derived, derived
      inc rcx
      cmp rcx, rbx
      jb 1b
      ret
  )");
  EXPECT_EQ(s.values.kind(kRax, 1), ValueKind::kLoaded);
  EXPECT_EQ(s.values.kind(kRsi, 1), ValueKind::kInvariant);
  EXPECT_EQ(s.values.kind(kRdx, 3), ValueKind::kReloaded);
  EXPECT_EQ(s.values.kind(kR10, 6), ValueKind::kAffine);
  EXPECT_EQ(s.values.kind(kR11, 9), ValueKind::kDerived);
  EXPECT_EQ(s.values.kind(kRax, 9), ValueKind::kDerived);
  EXPECT_EQ(s.values.loaded_kind(2), ValueKind::kReloaded);
  EXPECT_EQ(s.values.clobber_of(2).store, 4u);
}

// rax and rdx depend on each other around the loop, and one of them on memory,
// whichever is asked for first.
TEST(LoopValues, KindsDoNotDependOnTheOrderOfQuestions) {
  const std::string body = R"(
    1:
      mov r8, rax                # 0
      mov r9, rdx                # 1
      imul rax, rdx              # 2
      mov rdx, r8
      xor rdx, [rdi + 8*rcx]
      inc rcx
      cmp rcx, rsi
      jb 1b
      ret
  )";
  const Subject one(body), other(body);
  EXPECT_EQ(one.values.kind(kRax, 0), ValueKind::kLoaded);
  EXPECT_EQ(one.values.kind(kRdx, 1), ValueKind::kLoaded);
  EXPECT_EQ(other.values.kind(kRdx, 1), ValueKind::kLoaded);
  EXPECT_EQ(other.values.kind(kRax, 0), ValueKind::kLoaded);
}

TEST(LoopValues, ARotatedCounterIsAnInduction) {
  const Subject s(R"(
    1:
      lea rcx, [rdx + 8]         # 0
      mov rax, [rdi + rdx]       # 1
      mov rdx, rcx               # 2
      cmp rcx, rsi
      jb 1b
      ret
  )");
  EXPECT_EQ(s.values.step(kRdx), 8);
  EXPECT_EQ(s.values.address_step(1), 8);
  ASSERT_EQ(s.values.inductions().size(), 1u);
  EXPECT_EQ(s.values.inductions()[0].updates, (std::vector<std::uint32_t>{0, 2}));
}

TEST(LoopValues, PointerChasingHasNoStep) {
  const Subject s(R"(
    1:
      add eax, [rdi]
      mov rdi, [rdi + 8]
      test rdi, rdi
      jne 1b
      ret
  )");
  EXPECT_FALSE(s.values.step(kRdi).has_value());
  EXPECT_FALSE(s.invariant_address(0));
}

TEST(LoopValues, OnlyBlocksOutsideConditionsRunInEveryIteration) {
  const Subject s(R"(
    1:
      test rax, rax              # block 0
      je 2f
      inc rdx                    # block 1
    2:
      dec rcx                    # block 2
      jne 1b
      ret
  )");
  EXPECT_TRUE(s.values.flow().every_iteration(0));
  EXPECT_FALSE(s.values.flow().every_iteration(1));
  EXPECT_TRUE(s.values.flow().every_iteration(2));
  EXPECT_FALSE(s.values.flow().every_iteration(3));
}

}  // namespace
}  // namespace asmforge

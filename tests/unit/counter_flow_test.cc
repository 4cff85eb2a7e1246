// Counts of instructions from counters on some edges: what follows, what is exact, and
// what is unknown.
#include "collect/profiles/counter_flow.h"

#include <gtest/gtest.h>

#include <array>

#include "hand_made_code.h"

namespace asmforge {
namespace {

using test::Code;

constexpr std::uint64_t kBase = 0x1000;

InstructionCounts count(const CountedFunction& counted, Code code,
                        std::vector<std::uint64_t> counters) {
  code.end_part();
  return count_instructions(counted, code.function, {}, counters);
}

std::uint64_t at(const InstructionCounts& counts, std::uint64_t address) {
  for (const ProfileEntry& entry : counts.entries)
    if (entry.address == address) return entry.count;
  return 0;
}

// 0: A; 4: B, 8: call, c: jne B; 10: C, ret
Code loop_with_call() {
  Code code(kBase);
  code.add();
  code.add();
  code.add(InsnClass::kCall);
  code.branch(kBase + 4);
  code.add();
  code.add(InsnClass::kReturn);
  return code;
}

// A -> B in the tree, B -> B counter 0, B -> C in the tree, C counter 1.
CountedFunction counted_loop() {
  CountedFunction counted;
  counted.entries = {{0, kBase}};
  counted.edges = {{0, 0, 4, 1, std::nullopt}, {12, 1, 4, 1, 0}, {12, 1, 16, 2, std::nullopt}};
  counted.blocks = {{2, 1}};
  return counted;
}

TEST(CounterFlow, WhatLeavesABlockHasEnteredIt) {
  const InstructionCounts counts = count(counted_loop(), loop_with_call(), {90, 8});
  EXPECT_EQ(at(counts, kBase), 8U);
  EXPECT_EQ(at(counts, kBase + 4), 98U);
  EXPECT_EQ(at(counts, kBase + 12), 98U);
  EXPECT_EQ(at(counts, kBase + 16), 8U);
  EXPECT_EQ(counts.bytes_unknown, 0U);
}

TEST(CounterFlow, WhatRestsOnCallsComingBackIsSaid) {
  const InstructionCounts counts = count(counted_loop(), loop_with_call(), {90, 8});
  // A and B up to the call; what leaves B and C are counted.
  EXPECT_EQ(counts.total, 8U + 3 * 98 + 2 * 8);
  EXPECT_EQ(counts.if_calls_return, 8U + 2 * 98);
}

TEST(CounterFlow, WithoutACallNothingIsAssumed) {
  Code code(kBase);
  code.add();
  code.add();
  code.add();
  code.branch(kBase + 4);
  code.add();
  code.add(InsnClass::kReturn);
  EXPECT_EQ(count(counted_loop(), code, {90, 8}).if_calls_return, 0U);
}

// 0: A, je 10; 8: B, call; 10: C, ret. The edge from the call has its counter before it.
TEST(CounterFlow, ACounterBeforeACallHasCountedCallsNotReturns) {
  Code code(kBase);
  code.add();
  code.branch(kBase + 16);
  code.add();
  code.add(InsnClass::kCall);
  code.add();
  code.add(InsnClass::kReturn);
  CountedFunction counted;
  counted.entries = {{0, kBase}};
  counted.edges = {{4, 0, 16, 2, std::nullopt}, {4, 0, 8, 1, std::nullopt}, {12, 1, 16, 2, 0}};
  counted.blocks = {{1, 1}, {2, 2}};
  // Ten came in, of three calls none came back.
  const InstructionCounts counts = count(counted, code, {3, 3, 7});
  EXPECT_EQ(at(counts, kBase + 8), 3U);
  EXPECT_EQ(at(counts, kBase + 16), 7U);
  EXPECT_EQ(counts.if_calls_return, 2 * 7U);  // A: 7, and as many more as calls did not return
  // Nobody came to C: then nobody came from B either.
  const InstructionCounts never = count(counted, code, {3, 3, 0});
  EXPECT_EQ(at(never, kBase), 3U);
  EXPECT_EQ(never.if_calls_return, 0U);
}

TEST(CounterFlow, TheSecondOfTwoJumpsHasItsOwnCount) {
  // 0: A, je c, jmp 14; c: B, ret; 14: C, ret
  Code code(kBase);
  code.add();
  code.branch(kBase + 12);
  code.jump(kBase + 20);
  code.add();
  code.add(InsnClass::kReturn);
  code.add();
  code.add(InsnClass::kReturn);
  CountedFunction counted;
  counted.entries = {{0, kBase}};
  counted.edges = {{4, 0, 12, 1, std::nullopt}, {8, 0, 20, 2, std::nullopt}};
  counted.blocks = {{1, 0}, {2, 1}};
  const InstructionCounts counts = count(counted, code, {30, 12});
  EXPECT_EQ(at(counts, kBase + 4), 42U);
  EXPECT_EQ(at(counts, kBase + 8), 12U);
}

TEST(CounterFlow, TablesOfOtherCodeSayNothing) {
  CountedFunction counted = counted_loop();
  counted.edges[0].to_offset = 5;  // inside of an instruction
  const InstructionCounts counts = count(counted, loop_with_call(), {90, 8});
  EXPECT_TRUE(counts.entries.empty());
  EXPECT_EQ(counts.bytes, 0U);
  EXPECT_EQ(counts.bytes_unknown, 24U);
}

TEST(CounterFlow, CountersThatContradictEachOtherSayNothing) {
  Code code(kBase);
  code.add();
  code.add();
  code.add();
  code.branch(kBase + 4);
  code.add();
  code.add(InsnClass::kReturn);
  CountedFunction counted = counted_loop();
  counted.blocks.push_back({1, 2});
  const InstructionCounts counts = count(counted, code, {90, 8, 5});
  EXPECT_TRUE(counts.entries.empty());
  EXPECT_EQ(counts.bytes_unknown, 24U);
}

TEST(CounterFlow, ACounterThatIsMissingLeavesWhatFollowsUnknown) {
  const InstructionCounts counts = count(counted_loop(), loop_with_call(), {90});
  EXPECT_EQ(at(counts, kBase + 4), 0U);
  EXPECT_GT(counts.bytes_unknown, 0U);
}

}  // namespace
}  // namespace asmforge

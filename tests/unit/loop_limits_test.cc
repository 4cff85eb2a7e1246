// What is said of loops whose counts and times were made up, at a cycle of a nanosecond.
#include "plan/loop_limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "../support/built_program.h"

namespace asmforge {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing_support::BuiltProgram;

constexpr double kNanosecond = 1e-9;
constexpr double kSamplesPerSecond = 4000;

class LoopLimits : public testing::Test {
 protected:
  // The loop of `f` ran a hundred million iterations of so many cycles each.
  static std::vector<LoopLimit> limits(const std::string& body, double cycles,
                                       double share_elsewhere = 0) {
    constexpr std::uint64_t kIterations = 100'000'000;
    BuiltProgram program("clang-19 -shared -nostdlib -fuse-ld=lld -Wl,--build-id", ".s",
                         ".intel_syntax noprefix\n.globl f\n.type f, @function\nf:\n1:\n" + body +
                             "\njne 1b\nret\n.size f, .-f\n");
    const FunctionView view = program.analyse("f");
    Profile counts;
    ProfileModule module;
    module.build_id = view.binary.build_id;
    for (const Insn& insn : view.function.insns) {
      module.entries.push_back({insn.address, kIterations});
      module.total += kIterations;
    }
    counts.total = module.total;
    counts.modules = {module};
    Profile samples = counts;
    samples.source = ProfileSource::kSamples;
    const auto seen = static_cast<std::uint64_t>(static_cast<double>(kIterations) * cycles *
                                                 kNanosecond * kSamplesPerSecond);
    samples.modules[0].entries = {{view.function.insns.front().address, seen}};
    samples.modules[0].total = seen;
    samples.total = static_cast<std::uint64_t>(static_cast<double>(seen) / (1 - share_elsewhere));
    return loop_limits(view.binary, {&counts, &samples, kSamplesPerSecond, kNanosecond});
  }
};

constexpr const char* kWalk = "mov rax, [rax]\n test rax, rax";
constexpr const char* kHash = "imul eax, eax, 31\n add eax, [rdi]\n inc rdi\n cmp rdi, rsi";
constexpr const char* kSum = "add eax, [rdi]\n add rdi, 64\n cmp rdi, rsi";

TEST_F(LoopLimits, AChainThatTakesTheTimeIsOne) {
  const std::vector<LoopLimit> walk = limits(kWalk, 4.2);
  ASSERT_THAT(walk, SizeIs(1));
  EXPECT_EQ(walk[0].kind, LimitKind::kChain);
  EXPECT_DOUBLE_EQ(walk[0].time_share, 1);
  EXPECT_THAT(words_of(walk[0]),
              HasSubstr("bound by a chain of loads: an iteration takes 4.2 cycles, and waits at "
                        "least 4 for the one before"));
  EXPECT_THAT(limits(kHash, 5), SizeIs(1));
  EXPECT_THAT(words_of(limits(kHash, 4.1)[0]), HasSubstr("a chain of multiplications"));
}

TEST_F(LoopLimits, NothingIsSaidWhenSomethingElseTakesTheTimeToo) {
  EXPECT_THAT(limits(kHash, 5.5), IsEmpty());  // three quarters of it are not the chain's
  EXPECT_THAT(limits(kHash, 3.3), IsEmpty());  // faster than it can be: one of the numbers errs
  EXPECT_THAT(limits(kSum, 1), IsEmpty());     // a compiler may split it
  EXPECT_THAT(limits(kHash, 4.1, 0.96), IsEmpty());
}

TEST_F(LoopLimits, WaitsForMemoryWhenNothingElseTakesSoLong) {
  const std::vector<LoopLimit> walk = limits(kWalk, 300);
  ASSERT_THAT(walk, SizeIs(1));
  EXPECT_EQ(walk[0].kind, LimitKind::kMemory);
  EXPECT_THAT(words_of(walk[0]), HasSubstr("waits for memory: an iteration takes 300 cycles, and "
                                           "the address of a load comes from the load before"));
  EXPECT_THAT(limits(kSum, 140), SizeIs(1));
  EXPECT_EQ(limits(kSum, 140)[0].chain.kind, ChainKind::kNone);
  EXPECT_THAT(limits(kSum, 120), IsEmpty());  // three times all that could go wrong in it
  // Sixty additions that wait for each other are slow by themselves.
  std::string additions;
  for (int i = 0; i < 60; ++i) additions += "addsd xmm0, xmm1\n ";
  EXPECT_THAT(limits(additions + "cmp eax, esi", 60 * 4.5), IsEmpty());
  EXPECT_THAT(limits("fsqrt\n cmp eax, esi", 1000), IsEmpty());
  EXPECT_THAT(limits("div ecx\n cmp eax, esi", 1000), IsEmpty());
  EXPECT_THAT(limits("call rbx\n cmp eax, esi", 1000), IsEmpty());
}

}  // namespace
}  // namespace asmforge

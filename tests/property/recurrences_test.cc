// Recurrences: what real loops have, and random loop bodies against the slow way
// of following every value through the ways of three iterations.

#include "graph/recurrences.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "../support/built_program.h"
#include "graph/loops.h"
#include "graph_oracles.h"
#include "isa/x86_64.h"

namespace asmforge {
namespace {

using testing_support::BuiltProgram;
using Sets = std::vector<std::vector<std::uint32_t>>;

struct Subject {
  BuiltProgram program;
  FunctionView view;
  StackFrame frame;
  std::vector<Recurrence> found;
  explicit Subject(const std::string& body)
      : program(
            "clang-19 -shared -nostdlib -fuse-ld=lld", ".s",
            ".intel_syntax noprefix\n.globl f\n.type f, @function\nf:\n" + body + ".size f, .-f\n"),
        view(program.analyse("f")),
        frame(view.function),
        found(
            find_recurrences(view.function, view.cfg, view.loops, 0,
                             LoopValues(view.function, view.cfg, view.loops, 0, frame, nullptr))) {}
  [[nodiscard]] Sets sets() const {
    Sets result;
    for (const Recurrence& r : found) result.push_back(r.insns);
    return result;
  }
};

TEST(Recurrences, AnAccumulatorAndACounter) {
  const Subject s(R"(
    1:
      addsd xmm0, qword ptr [rdi + 8*rax]
      inc rax
      cmp rax, rsi
      jne 1b
      ret
  )");
  EXPECT_EQ(s.sets(), (Sets{{0}, {1}}));
  EXPECT_FALSE(s.found[0].induction);
  EXPECT_TRUE(s.found[1].induction);
}

TEST(Recurrences, PointerChasing) {
  const Subject s(R"(
    1:
      mov rax, [rdi]
      add rdx, 1
      mov rdi, [rax + 8]
      test rdi, rdi
      jne 1b
      ret
  )");
  EXPECT_EQ(s.sets(), (Sets{{0, 2}, {1}}));
}

TEST(Recurrences, ThroughAnArrayElementOfTheIterationBefore) {
  const Subject s(R"(
    1:
      movss xmm0, dword ptr [rdi + 4*rax - 4]
      addss xmm0, dword ptr [rsi + 4*rax]
      movss dword ptr [rdi + 4*rax], xmm0
      inc rax
      cmp rax, rdx
      jne 1b
      ret
  )");
  ASSERT_EQ(s.sets(), (Sets{{0, 1, 2}, {3}}));
  EXPECT_TRUE(s.found[0].through_memory);
  const Dependence through{2, 0, 1, kNoRegister};
  EXPECT_NE(std::find(s.found[0].dependences.begin(), s.found[0].dependences.end(), through),
            s.found[0].dependences.end());
}

TEST(Recurrences, ThroughMemoryThatStays) {
  const Subject s(R"(
    1:
      add dword ptr [rdi], 3
      mov eax, [rsi]
      add eax, edx
      mov [rsi], eax
      dec rcx
      jne 1b
      ret
  )");
  EXPECT_EQ(s.sets(), (Sets{{0}, {1, 2, 3}, {4}}));
}

TEST(Recurrences, AnotherElementIsNoDependence) {
  const Subject s(R"(
    1:
      movss xmm0, dword ptr [rdi + 4*rax + 4]
      addss xmm0, xmm1
      movss dword ptr [rdi + 4*rax], xmm0
      inc rax
      cmp rax, rdx
      jne 1b
      ret
  )");
  EXPECT_EQ(s.sets(), (Sets{{3}}));
}

TEST(Recurrences, ACounterAdvancedBetweenStoreAndLoad) {
  const Subject s(R"(
    1:
      movss dword ptr [rdi + 4*rax], xmm0
      inc rax
      movss xmm0, dword ptr [rdi + 4*rax - 4]
      addss xmm0, xmm1
      cmp rax, rdx
      jne 1b
      ret
  )");
  EXPECT_EQ(s.sets(), (Sets{{0, 2, 3}, {1}}));
}

TEST(Recurrences, ZeroingBreaksAChain) {
  const Subject s(R"(
    1:
      xor eax, eax
      add rax, [rdi + 8*rcx]
      mov [rsi + 8*rcx], rax
      inc rcx
      cmp rcx, rdx
      jne 1b
      ret
  )");
  EXPECT_EQ(s.sets(), (Sets{{3}}));
}

// Bodies of the shape A; if (..) B else C; D with random reads and writes.
struct RandomLoop {
  Function function;
  Cfg cfg;
  Loops loops;
  std::vector<std::vector<std::uint32_t>> ways;  // instructions of an iteration, each way

  explicit RandomLoop(std::mt19937& random) {
    std::array<std::uint32_t, 5> begin{};
    for (int part = 0; part < 4; ++part) {
      begin[part] = static_cast<std::uint32_t>(function.insns.size());
      for (std::uint32_t n = 1 + random() % 4; n > 0; --n) {
        Insn insn;
        for (std::uint32_t r = random() % 3; r > 0; --r) insn.reads.insert(random() % 5);
        if (random() % 4 != 0) insn.writes.insert(random() % 5);
        if (random() % 12 == 0) insn.classes = InsnClass::kZeroIdiom;
        function.insns.push_back(insn);
      }
    }
    begin[4] = static_cast<std::uint32_t>(function.insns.size());
    cfg = test::make_graph(4, {{0, 1}, {0, 2}, {1, 3}, {2, 3}, {3, 0}});
    cfg.block_of_insn.resize(begin[4]);
    for (BlockIndex b = 0; b < 4; ++b) {
      cfg.blocks[b].first = begin[b];
      cfg.blocks[b].last = begin[b + 1] - 1;
      for (std::uint32_t i = begin[b]; i < begin[b + 1]; ++i) cfg.block_of_insn[i] = b;
    }
    find_loops(cfg, loops);
    for (const int middle : {1, 2}) {
      std::vector<std::uint32_t>& way = ways.emplace_back();
      for (const int part : {0, middle, 3})
        for (std::uint32_t i = begin[part]; i < begin[part + 1]; ++i) way.push_back(i);
    }
  }

  // All pairs (maker, user) on any way through three iterations. A value may be
  // carried through more, but then also straight from a shorter chain of ways.
  [[nodiscard]] std::set<std::pair<std::uint32_t, std::uint32_t>> dependences() const {
    std::set<std::pair<std::uint32_t, std::uint32_t>> result;
    for (int choice = 0; choice < 8; ++choice) {
      std::array<std::uint32_t, 5> maker;
      maker.fill(kNoIndex);
      for (int iteration = 0; iteration < 3; ++iteration) {
        for (const std::uint32_t i : ways[(choice >> iteration) & 1]) {
          const Insn& insn = function.insns[i];
          if (!insn.is(InsnClass::kZeroIdiom))
            insn.reads.for_each([&](Register reg) {
              if (maker[reg] != kNoIndex) result.insert({maker[reg], i});
            });
          insn.writes.for_each([&](Register reg) { maker[reg] = i; });
        }
      }
    }
    return result;
  }
};

TEST(Recurrences, AgreeWithFollowingEveryWay) {
  constexpr unsigned kSeed = 7;
  std::mt19937 random(kSeed);
  int seen = 0;
  for (int round = 0; round < 2000; ++round) {
    const RandomLoop loop(random);
    ASSERT_EQ(loop.loops.loops.size(), 1u);
    const StackFrame frame(loop.function);
    const LoopValues values(loop.function, loop.cfg, loop.loops, 0, frame, nullptr);
    const auto found = find_recurrences(loop.function, loop.cfg, loop.loops, 0, values);
    const auto edges = loop.dependences();
    const std::size_t n = loop.function.insns.size();
    std::vector<std::vector<bool>> reaches(n, std::vector<bool>(n, false));
    for (const auto& [from, to] : edges) reaches[from][to] = true;
    for (std::size_t k = 0; k < n; ++k)
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j)
          if (reaches[i][k] && reaches[k][j]) reaches[i][j] = true;
    std::set<std::set<std::uint32_t>> expected;
    for (std::uint32_t i = 0; i < n; ++i) {
      if (!reaches[i][i]) continue;
      std::set<std::uint32_t> cycle;
      for (std::uint32_t j = 0; j < n; ++j)
        if (reaches[i][j] && reaches[j][i]) cycle.insert(j);
      expected.insert(cycle);
    }
    std::set<std::set<std::uint32_t>> actual;
    for (const Recurrence& r : found) actual.emplace(r.insns.begin(), r.insns.end());
    ASSERT_EQ(actual, expected) << "seed " << kSeed << " round " << round;
    seen += static_cast<int>(expected.size());
  }
  EXPECT_GT(seen, 1000);
}

}  // namespace
}  // namespace asmforge

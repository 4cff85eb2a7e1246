// Chains: what loops of known cores' timing have, and random bodies against a machine that has
// any number of units and takes the same latencies: its time an iteration is the chain's.

#include "graph/loop_chain.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

#include "../support/built_program.h"

namespace asmforge {
namespace {

using testing_support::BuiltProgram;

constexpr const char* kAssembler = "clang-19 -shared -nostdlib -fuse-ld=lld";

std::string function(const std::string& name, const std::string& body) {
  return fmt::format(".globl {0}\n.type {0}, @function\n{0}:\n{1}\n.size {0}, .-{0}\n", name, body);
}

LoopChain chain_of(BuiltProgram& program, const std::string& name) {
  const FunctionView view = program.analyse(name);
  EXPECT_EQ(view.loops.loops.size(), 1U) << name;
  if (view.loops.loops.size() != 1) return {};
  const StackFrame frame(view.function);
  const LoopValues values(view.function, view.cfg, view.loops, 0, frame, nullptr);
  return longest_chain(view.function, view.cfg, view.loops, 0, values);
}

LoopChain chain(const std::string& body) {
  BuiltProgram program(kAssembler, ".s",
                       ".intel_syntax noprefix\n" + function("f", "1:\n" + body + "\njne 1b\nret"));
  return chain_of(program, "f");
}

TEST(LoopChain, OfLoadsGoesThroughAddresses) {
  const LoopChain walk = chain("mov rax, [rax]\n test rax, rax");
  EXPECT_EQ(walk.kind, ChainKind::kLoads);
  EXPECT_EQ(walk.cycles_per_iteration(), 4);
  EXPECT_EQ(walk.insns, std::vector<std::uint32_t>{0});
  // An index is loaded, scaled, and loaded from.
  EXPECT_EQ(chain("mov ecx, [rdi + 4*rcx]\n lea rcx, [rcx + 2*rcx]\n test ecx, ecx")
                .cycles_per_iteration(),
            5);
  // What is loaded goes nowhere.
  EXPECT_EQ(chain("mov rax, [rdi]\n add rdi, 8\n cmp rdi, rsi").kind, ChainKind::kNone);
}

TEST(LoopChain, OfFloatsMultipliesAndShifts) {
  const LoopChain sum = chain("addsd xmm0, [rdi]\n add rdi, 8\n cmp rdi, rsi");
  EXPECT_EQ(sum.kind, ChainKind::kFloats);
  EXPECT_EQ(sum.cycles_per_iteration(), 2);
  const LoopChain hash = chain(
      "imul eax, eax, 31\n movzx ecx, byte ptr [rdi]\n add eax, ecx\n inc rdi\n cmp rdi, rsi");
  EXPECT_EQ(hash.kind, ChainKind::kMultiplies);
  EXPECT_EQ(hash.cycles_per_iteration(), 4);
  const LoopChain shifts = chain("mov ecx, eax\n shl ecx, 5\n xor eax, ecx\n dec edx");
  EXPECT_EQ(shifts.kind, ChainKind::kOperations);
  EXPECT_EQ(shifts.cycles_per_iteration(), 2);
}

TEST(LoopChain, OfAdditionsIsNoLimit) {
  EXPECT_EQ(chain("add eax, [rdi]\n add rdi, 4\n cmp rdi, rsi").kind, ChainKind::kReduction);
  EXPECT_EQ(
      chain("mov ecx, [rdi]\n cmp ecx, eax\n cmovg eax, ecx\n add rdi, 4\n cmp rdi, rsi").kind,
      ChainKind::kReduction);
  EXPECT_EQ(chain("paddd xmm0, [rdi]\n add rdi, 16\n cmp rdi, rsi").kind, ChainKind::kReduction);
}

TEST(LoopChain, TakesOnlyWhatHappensInEveryIteration) {
  EXPECT_EQ(chain("test cl, 1\n je 2f\n mov rax, [rax]\n 2: dec rcx").kind, ChainKind::kNone);
  // What is kept in memory may be renamed.
  EXPECT_EQ(chain("mov rax, [rsp - 8]\n imul rax, rax\n mov [rsp - 8], rax\n dec rcx").kind,
            ChainKind::kNone);
  EXPECT_EQ(chain("xor eax, eax\n imul eax, eax\n imul eax, eax\n dec rcx").kind, ChainKind::kNone);
}

TEST(LoopChain, TakesTheOneWithMostCyclesAnIteration) {
  // rax comes from rbx of the iteration before, and rbx from rax of the one before that.
  const LoopChain two = chain("mov rdx, rax\n imul rax, rbx\n mov rbx, rdx\n shl rbx, 3\n dec rcx");
  EXPECT_EQ(two.cycles_per_iteration(), 3);
}

TEST(LoopChain, DoesNotMixWhatOneInstructionMakes) {
  // Each register comes back after two iterations and one multiplication.
  EXPECT_EQ(chain("xchg rax, rbx\n imul rax, rcx\n dec rdx").kind, ChainKind::kNone);
  EXPECT_EQ(chain("mov cl, al\n imul rcx, rdx\n mov rax, rdx\n dec r8").kind, ChainKind::kNone);
}

// ---- random bodies ----

constexpr std::array kRegisters = {"rax", "rcx", "rdx", "rbx", "rsi", "rdi", "r8", "r9"};
constexpr std::size_t kFlags = kRegisters.size();

// What flags an instruction leaves.
enum class Flags : std::uint8_t { kAsTheyWere, kAllNew, kNotFollowed };

// What an instruction waits for and writes, by the register's place in the list.
struct Modelled {
  std::string text;
  std::vector<std::pair<std::size_t, int>> waits;  // cycles from there to the result
  std::size_t writes = 0;
  Flags flags = Flags::kAsTheyWere;
};

Modelled random_insn(std::mt19937& random) {
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  const std::size_t a = below(kFlags);
  const std::size_t b = below(kFlags);
  const std::size_t c = below(kFlags);
  const auto text = [&](const char* form) {
    return fmt::format(fmt::runtime(form), kRegisters[a], kRegisters[b], kRegisters[c]);
  };
  switch (below(11)) {
    case 0: return {text("add {0}, {1}"), {{a, 1}, {b, 1}}, a, Flags::kAllNew};
    case 1: return {text("imul {0}, {1}"), {{a, 3}, {b, 3}}, a, Flags::kNotFollowed};
    case 2: return {text("mov {0}, {1}"), {{b, 0}}, a};
    case 3: return {text("mov {0}, [{1}]"), {{b, 4}}, a};
    case 4: return {text("add {0}, [{1}]"), {{a, 1}, {b, 5}}, a, Flags::kAllNew};
    case 5: return {text("lea {0}, [{1} + 2*{2}]"), {{b, 1}, {c, 1}}, a};
    case 6: return {text("lea {0}, [{1} + 8]"), {{b, 0}}, a};
    case 7: return {text("add {0}, 8"), {{a, 0}}, a, Flags::kAllNew};
    case 8: return {text("xor {0}, {0}"), {}, a, Flags::kAllNew};
    case 9: return {text("shl {0}, 3"), {{a, 1}}, a, Flags::kNotFollowed};
    default: return {text("adc {0}, {1}"), {{a, 1}, {b, 1}, {kFlags, 1}}, a, Flags::kAllNew};
  }
}

// Of dataflow alone, when the same latencies hold. All cycles come round in at most ten
// iterations, of which 2520 is a multiple.
double cycles_per_iteration(const std::vector<Modelled>& body) {
  constexpr int kPeriod = 2520;
  std::array<int, kFlags + 1> ready{};
  bool flags_known = false;
  const auto run = [&] {
    for (int i = 0; i < kPeriod; ++i) {
      for (const Modelled& insn : body) {
        int done = 0;
        for (const auto& [reg, latency] : insn.waits)
          if (reg != kFlags || flags_known) done = std::max(done, ready[reg] + latency);
        ready[insn.writes] = done;
        if (insn.flags == Flags::kAsTheyWere) continue;
        flags_known = insn.flags == Flags::kAllNew;
        ready[kFlags] = done;
      }
      flags_known = false;  // the counter's
    }
    return *std::max_element(ready.begin(), ready.end() - 1);
  };
  run();
  const int before = run();
  return static_cast<double>(run() - before) / kPeriod;
}

TEST(LoopChain, AgreesWithTheTimeOfRandomBodies) {
  constexpr int kBodies = 200;
  std::mt19937 random(20261127);
  std::vector<std::vector<Modelled>> bodies;
  std::string text = ".intel_syntax noprefix\n";
  for (int i = 0; i < kBodies; ++i) {
    std::vector<Modelled>& body = bodies.emplace_back();
    const int size = std::uniform_int_distribution(2, 10)(random);
    std::string lines = "1:\n";
    for (int k = 0; k < size; ++k) {
      body.push_back(random_insn(random));
      lines += body.back().text + "\n";
    }
    text += function(fmt::format("f{}", i), lines + "dec r15\njne 1b\nret");
  }
  BuiltProgram program(kAssembler, ".s", text);
  int with_chain = 0;
  for (int i = 0; i < kBodies; ++i) {
    const LoopChain found = chain_of(program, fmt::format("f{}", i));
    const double wanted = cycles_per_iteration(bodies[static_cast<std::size_t>(i)]);
    const double cycles = found.kind == ChainKind::kNone ? 0 : found.cycles_per_iteration();
    std::string lines;
    for (const Modelled& insn : bodies[static_cast<std::size_t>(i)]) lines += insn.text + "; ";
    EXPECT_DOUBLE_EQ(cycles, wanted) << lines;
    if (wanted > 0) ++with_chain;
  }
  EXPECT_GT(with_chain, kBodies / 3);
}

}  // namespace
}  // namespace asmforge

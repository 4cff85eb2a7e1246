// Chains: what loops of known cores' timing have, and random bodies against a machine that has
// any number of units and takes the same latencies: its time an iteration is the chain's.

#include "graph/loop_chain.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
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
  const LoopChain hash =
      chain("imul eax, eax, 31\n movzx ecx, byte ptr [rdi]\n add eax, ecx\n inc rdi\n cmp rdi, rsi");
  EXPECT_EQ(hash.kind, ChainKind::kMultiplies);
  EXPECT_EQ(hash.cycles_per_iteration(), 4);
  const LoopChain shifts = chain("mov ecx, eax\n shl ecx, 5\n xor eax, ecx\n dec edx");
  EXPECT_EQ(shifts.kind, ChainKind::kOperations);
  EXPECT_EQ(shifts.cycles_per_iteration(), 2);
}

TEST(LoopChain, OfAdditionsIsNoLimit) {
  EXPECT_EQ(chain("add eax, [rdi]\n add rdi, 4\n cmp rdi, rsi").kind, ChainKind::kReduction);
  EXPECT_EQ(chain("mov ecx, [rdi]\n cmp ecx, eax\n cmovg eax, ecx\n add rdi, 4\n cmp rdi, rsi").kind,
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
  const LoopChain swapped = chain("xchg rax, rbx\n imul rax, rcx\n dec rdx");
  EXPECT_EQ(swapped.cycles, 3 * swapped.iterations / 2);
}

// ---- random bodies ----

// What an instruction waits for, by register, and what it writes.
struct Modelled {
  std::string text;
  std::vector<std::pair<std::string, int>> waits;
  std::vector<std::string> writes;
};

constexpr std::array kRegisters = {"rax", "rcx", "rdx", "rbx", "rsi", "rdi", "r8", "r9"};

Modelled random_insn(std::mt19937& random) {
  const auto any = [&] {
    return std::string(kRegisters[std::uniform_int_distribution<std::size_t>(
        0, kRegisters.size() - 1)(random)]);
  };
  const std::string a = any();
  const std::string b = any();
  const std::string c = any();
  switch (std::uniform_int_distribution(0, 10)(random)) {
    case 0: return {"add " + a + ", " + b, {{a, 1}, {b, 1}}, {a, "flags"}};
    case 1: return {"imul " + a + ", " + b, {{a, 3}, {b, 3}}, {a, "no flags"}};
    case 2: return {"mov " + a + ", " + b, {{b, 0}}, {a}};
    case 3: return {"mov " + a + ", [" + b + "]", {{b, 4}}, {a}};
    case 4: return {"add " + a + ", [" + b + "]", {{a, a == b ? 5 : 1}, {b, 5}}, {a, "flags"}};
    case 5: return {fmt::format("lea {}, [{} + 2*{}]", a, b, c), {{b, 1}, {c, 1}}, {a}};
    case 6: return {"lea " + a + ", [" + b + " + 8]", {{b, 0}}, {a}};
    case 7: return {"add " + a + ", 8", {{a, 0}}, {a, "flags"}};
    case 8: return {fmt::format("xor {0}, {0}", a), {}, {a, "flags"}};
    case 9: return {"shl " + a + ", 3", {{a, 1}}, {a, "no flags"}};
    default:
      return {"adc " + a + ", " + b,
              {{a, a == b ? 1 : 1}, {b, 1}, {"flags", 1}},
              {a, "flags"}};
  }
}

// Of dataflow alone, when the same latencies hold. All cycles come round in at most ten
// iterations, of which 2520 is a multiple.
double cycles_per_iteration(const std::vector<Modelled>& body) {
  constexpr int kPeriod = 2520;
  std::map<std::string, double> ready;
  const auto run = [&] {
    for (int i = 0; i < 2 * kPeriod; ++i) {
      for (const Modelled& insn : body) {
        double done = 0;
        for (const auto& [reg, latency] : insn.waits)
          if (reg != "flags" || ready["flags known"] > 0) done = std::max(done, ready[reg] + latency);
        for (const std::string& reg : insn.writes) {
          ready["flags known"] = reg == "flags" ? 1 : reg == "no flags" ? 0 : ready["flags known"];
          ready[reg] = done;
        }
      }
      // The counter.
      ready["flags known"] = 0;
    }
    double last = 0;
    for (const char* reg : kRegisters) last = std::max(last, ready[reg]);
    return last;
  };
  run();
  const double before = run();
  return (run() - before) / (2 * kPeriod);
}

TEST(LoopChain, AgreesWithTheTimeOfRandomBodies) {
  constexpr int kBodies = 300;
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

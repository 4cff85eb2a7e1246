// Liveness: what code written by hand says, and random functions against the slow way of
// following every way from an instruction until the register is read or written.

#include "graph/liveness.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <vector>

#include "../support/built_program.h"
#include "isa/x86_64.h"

namespace asmforge {
namespace {

using namespace x86_64;
using testing_support::BuiltProgram;

constexpr const char* kAssembler = "clang-19 -shared -nostdlib -fuse-ld=lld";

std::string function(const std::string& name, const std::string& body) {
  return fmt::format(".globl {0}\n.type {0}, @function\n{0}:\n{1}\n.size {0}, .-{0}\n", name, body);
}

struct Subject {
  BuiltProgram program;
  FunctionView view;
  Liveness liveness;
  explicit Subject(const std::string& body)
      : program(kAssembler, ".s", ".intel_syntax noprefix\n" + function("f", body)),
        view(program.analyse("f")),
        liveness(view.function, view.cfg, &view.binary) {}
  [[nodiscard]] bool live(std::uint32_t insn, Register reg) const {
    return liveness.live_after(insn).contains(reg);
  }
};

TEST(Liveness, OfABooleanThatIsOnlyTested) {
  const Subject s(R"(
      cmp edi, esi
      setg cl            # 1
      test cl, cl        # 2
      je 1f              # 3
      mov eax, 1
      ret
    1:
      mov ecx, 7
      xor eax, eax
      ret
  )");
  EXPECT_TRUE(s.live(1, kRcx));
  EXPECT_FALSE(s.live(2, kRcx));
  EXPECT_FALSE(s.live(3, kRcx));
  EXPECT_TRUE(s.live(2, kStatusFlags));
  EXPECT_FALSE(s.live(3, kStatusFlags));
  EXPECT_TRUE(s.live(3, kRbx));  // the caller's
  EXPECT_TRUE(s.live(4, kRax));
}

TEST(Liveness, OfWhatOneOfTheWaysReads) {
  const Subject s(R"(
      setg cl            # 0
      test cl, cl        # 1
      je 1f
      movzx eax, cl
      ret
    1:
      xor eax, eax
      ret
  )");
  EXPECT_TRUE(s.live(1, kRcx));
  EXPECT_FALSE(s.live(3, kRcx));
}

TEST(Liveness, OfArgumentsAndOfWhatCallsLeave) {
  const Subject s(R"(
      push rbx
      mov edi, 1         # 1
      mov r11, 2         # 2
      call rax           # 3
      mov rdi, r11
      call g             # 5
      mov rax, r8
      pop rbx
      ret
    g:
      ret
  )");
  EXPECT_TRUE(s.live(1, kRdi));
  EXPECT_FALSE(s.live(2, kR11));  // a call through a register clobbers it
  EXPECT_TRUE(s.live(3, kR8));    // one of this file may leave it
}

TEST(Liveness, OfPartsAndFlagsThatStay) {
  const Subject s(R"(
      mov ecx, edi       # 0
      mov cl, 1          # 1
      cmp edi, esi       # 2
      inc edi            # 3
      adc ecx, 0         # 4
      mov eax, ecx
      ret
  )");
  EXPECT_TRUE(s.live(0, kRcx));          // its upper part is read
  EXPECT_TRUE(s.live(2, kStatusFlags));  // inc leaves the carry
  EXPECT_FALSE(s.live(4, kStatusFlags));
}

TEST(Liveness, OfTheLowestByteByItself) {
  const Subject s(R"(
    1:
      cmp edi, esi
      sete r8b           # 1
      test r8b, r8b      # 2: nothing of r8 is read again before sete
      jne 2f
      inc edi
      cmp edi, edx
      jne 1b
    2:
      ret
  )");
  EXPECT_TRUE(s.live(1, kR8));
  EXPECT_FALSE(s.live(2, kR8));
  const Subject whole(R"(
      mov ecx, 256       # 0: its second byte is read
      sete cl            # 1
      mov eax, ecx
      ret
  )");
  EXPECT_TRUE(whole.live(0, kRcx));
}

TEST(Liveness, OfEverythingWhereControlGoesWhoKnowsWhere) {
  const Subject s("mov ecx, 1\n jmp rax");
  EXPECT_TRUE(s.live(0, kRcx));
}

// ---- random functions ----

constexpr const char* kNames[] = {"rcx", "r9", "rsi", "r8"};

// Jumps forwards and backwards over moves, additions and zeroings.
std::string random_body(std::mt19937& random) {
  const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
  const std::uint32_t size = 4 + below(16);
  std::string text;
  for (std::uint32_t i = 0; i < size; ++i) {
    text += fmt::format("{}:\n", 100 + i);
    const char* a = kNames[below(4)];
    const char* b = kNames[below(4)];
    switch (below(6)) {
      case 0: text += fmt::format("mov {}, {}\n", a, b); break;
      case 1: text += fmt::format("add {}, {}\n", a, b); break;
      case 2: text += fmt::format("xor {0}, {0}\n", a); break;
      case 3: text += fmt::format("test {}, {}\n", a, b); break;
      case 4: {
        const std::uint32_t to = below(size);
        text += fmt::format("jne {}{}\n", 100 + to, to > i ? 'f' : 'b');
        break;
      }
      default: text += fmt::format("lea {}, [{} + 8]\n", a, b); break;
    }
  }
  return text + "mov eax, ecx\nret";
}

// Whether some way from behind the instruction reads the register before it is overwritten.
bool slowly_live(const FunctionView& view, std::uint32_t insn, Register reg) {
  std::set<std::uint32_t> seen;
  std::vector<std::uint32_t> work;
  const auto behind = [&](std::uint32_t i) {
    const BlockIndex b = view.cfg.block_of_insn[i];
    if (i != view.cfg.blocks[b].last) {
      work.push_back(i + 1);
      return;
    }
    for (const Edge& edge : view.cfg.successors(b)) work.push_back(view.cfg.blocks[edge.to].first);
  };
  behind(insn);
  while (!work.empty()) {
    const std::uint32_t i = work.back();
    work.pop_back();
    if (!seen.insert(i).second) continue;
    const Insn& at = view.function.insns[i];
    const bool idiom = at.is(InsnClass::kZeroIdiom);
    if (at.reads.contains(reg) && !idiom) return true;
    if (at.writes.contains(reg)) continue;
    behind(i);
  }
  return false;
}

TEST(Liveness, AgreesWithEveryWayOfRandomFunctions) {
  constexpr int kFunctions = 200;
  std::mt19937 random(20261127);
  std::string text = ".intel_syntax noprefix\n";
  for (int i = 0; i < kFunctions; ++i) text += function(fmt::format("f{}", i), random_body(random));
  BuiltProgram program(kAssembler, ".s", text);
  std::size_t live = 0;
  std::size_t dead = 0;
  for (int f = 0; f < kFunctions; ++f) {
    const FunctionView view = program.analyse(fmt::format("f{}", f));
    const Liveness liveness(view.function, view.cfg, &view.binary);
    for (std::uint32_t i = 0; i < view.function.insns.size(); ++i) {
      for (const Register reg : {kRcx, kR9, kRsi, kR8}) {
        const bool wanted = slowly_live(view, i, reg);
        ++(wanted ? live : dead);
        EXPECT_EQ(liveness.live_after(i).contains(reg), wanted)
            << "f" << f << " instruction " << i << " " << register_name(reg);
      }
    }
  }
  EXPECT_GT(live, 1000U);
  EXPECT_GT(dead, 1000U);
}

}  // namespace
}  // namespace asmforge

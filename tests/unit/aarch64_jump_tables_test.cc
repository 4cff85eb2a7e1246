// Switches of AArch64: clang's as it emits them, gcc's as it wrote them (gcc 12, -O2). Every case
// must be reached, and nothing may be left unresolved.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "../support/built_program.h"

namespace asmforge {
namespace {

using testing_support::BuiltProgram;

const std::string kClang = "clang-19 --target=aarch64-linux-gnu -nostdlib -fuse-ld=lld ";

constexpr int mark(int number) { return 2000 + 13 * number * number; }

// Assembly in every case, so that no compiler makes a table of values of it, and of each another,
// so that it is not taken before the switch. `filler` makes the cases so long that entries need
// more than a byte.
std::string switch_on(const std::string& value, int first, int cases, const std::string& rest,
                      int filler) {
  std::string text =
      "#define MARK(n) asm volatile(\"mov w0, #\" #n ::: \"w0\")\n"
      "#define FILL(n) asm volatile(\".rept " +
      std::to_string(filler) +
      "\\nmov w1, #\" #n \"\\n.endr\" ::: \"w1\")\n"
      "void f(unsigned x) {\n  switch (" +
      value + ") {\n";
  for (int i = first; i < first + cases; ++i)
    text += "    case " + std::to_string(i) + ": FILL(" + std::to_string(i) + "); MARK(" +
            std::to_string(mark(i)) + "); break;\n";
  return text + rest + "  }\n}\n";
}

// Every case carries an immediate of its own.
std::set<std::int64_t> reached_immediates(const FunctionView& view) {
  std::set<std::int64_t> found;
  for (const Block& block : view.cfg.blocks) {
    if (!block.reachable) continue;
    for (std::uint32_t i = block.first; i <= block.last; ++i)
      if (view.function.insns[i].has_immediate) found.insert(view.function.insns[i].immediate);
  }
  return found;
}

void expect_all_cases(const FunctionView& view, int first, int cases) {
  EXPECT_EQ(view.cfg.unresolved_jumps, 0U);
  EXPECT_GE(view.cfg.jump_tables, 1U);
  EXPECT_EQ(view.cfg.jump_tables_by_content, 0U);
  const std::set<std::int64_t> reached = reached_immediates(view);
  for (int i = first; i < first + cases; ++i) EXPECT_TRUE(reached.contains(mark(i))) << i;
  for (const Block& block : view.cfg.blocks) EXPECT_TRUE(block.reachable || block.padding);
}

// clang makes tables from 13 cases on.
void expect_tables_of_clang(const std::string& flags, int filler) {
  SCOPED_TRACE(flags + ", " + std::to_string(filler));
  BuiltProgram with_default(kClang + flags, ".c",
                            switch_on("x", 20, 15, "    default: MARK(1);\n", filler));
  expect_all_cases(with_default.analyse("f"), 20, 15);
  BuiltProgram masked(kClang + flags, ".c", switch_on("x & 15", 0, 16, "", filler));
  expect_all_cases(masked.analyse("f"), 0, 16);
}

TEST(Aarch64JumpTables, OfClangWhateverTheirEntriesTake) {
  // Of one byte, and of two.
  for (const char* flags : {"-O2 -fPIC -shared", "-O0 -fPIC -shared", "-Os -fno-pie -Wl,-e,f",
                            "-O2 -fPIC -shared -mbranch-protection=standard"})
    for (const int filler : {0, 60}) expect_tables_of_clang(flags, filler);
  // Of four.
  expect_tables_of_clang("-O2 -fPIC -shared", 6000);
}

// What gcc makes of a switch: entries relative to a case, signed, counted in instructions.
std::string gcc_switch(const std::string& load, const std::string& extend,
                       const std::string& directive) {
  return R"(
  .text
  .globl f
  .type f, %function
f:
  cmp w0, 3
  bhi .Ldefault
  adrp x1, .Ltable
  add x1, x1, :lo12:.Ltable
  )" + load +
         R"(
  adr x2, .Lbase
  add x1, x2, w1, )" +
         extend + R"( #2
  br x1
.Lbase:
.L0: mov w0, 2000
  ret
.L1: mov w0, 2013
  ret
.Ldefault: mov w0, 1
  ret
.L2: mov w0, 2052
  ret
.L3: mov w0, 2117
  ret
  .size f, .-f
  .section .rodata
  .align 2
.Ltable:
  )" + directive +
         " (.L0 - .Lbase) / 4\n  " + directive + " (.L1 - .Lbase) / 4\n  " + directive +
         " (.L2 - .Lbase) / 4\n  " + directive + " (.L3 - .Lbase) / 4\n";
}

TEST(Aarch64JumpTables, OfGcc) {
  const std::string cases[][3] = {
      {"ldrb w1, [x1, w0, uxtw]", "sxtb", ".byte"},
      {"ldrh w1, [x1, w0, uxtw #1]", "sxth", ".2byte"},
      {"ldr w1, [x1, w0, uxtw #2]", "sxtw", ".word"},
  };
  for (const auto& [load, extend, directive] : cases) {
    SCOPED_TRACE(load);
    BuiltProgram program(kClang + "-shared", ".s", gcc_switch(load, extend, directive));
    expect_all_cases(program.analyse("f"), 0, 4);
  }
}

// Entries before the base are negative.
TEST(Aarch64JumpTables, EntriesHaveASign) {
  BuiltProgram program(kClang + "-shared", ".s", R"(
  .text
  .globl f
  .type f, %function
f:
  cmp w0, 1
  bhi .L1
  adrp x1, .Ltable
  add x1, x1, :lo12:.Ltable
  b .Lgo
.L0: mov w0, 2000
  ret
.Lgo:
  ldrb w1, [x1, w0, uxtw]
  adr x2, .L1
  add x1, x2, w1, sxtb #2
  br x1
.L1: mov w0, 2013
  ret
  .size f, .-f
  .section .rodata
.Ltable:
  .byte (.L0 - .L1) / 4
  .byte 0
)");
  expect_all_cases(program.analyse("f"), 0, 2);
}

TEST(Aarch64JumpTables, TailCallsThroughRegistersLeave) {
  BuiltProgram program(kClang + "-O2 -fPIC -shared", ".c", R"(
int g(int (*h)(int), int x) { return h(x + 1); }
struct S { int (**vtable)(struct S *); int n; };
int v(struct S *s) { return s->vtable[2](s); }
int use(struct S *);
int framed(struct S *s) { s->n += use(s); return s->vtable[1](s); }
)");
  for (const char* name : {"g", "v", "framed"}) {
    const FunctionView view = program.analyse(name);
    EXPECT_EQ(view.cfg.unresolved_jumps, 0U) << name;
    EXPECT_EQ(view.cfg.blocks.back().exit, BlockExit::kTailCall) << name;
  }
}

}  // namespace
}  // namespace asmforge

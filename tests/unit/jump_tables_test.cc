// Switches and computed gotos as real compilers emit them: every case must be
// reached, and nothing may be left unresolved.

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "../support/built_program.h"

namespace asmforge {
namespace {

using testing_support::BuiltProgram;

constexpr int mark(int number) { return 2000 + 13 * number * number; }

// Assembly in every case, so that no compiler makes a table of values of it.
std::string switch_on(const std::string& value, int first, int cases, const std::string& rest) {
  std::string text =
      "#define MARK(n) asm volatile(\"movl $\" #n \", %%eax\" ::: \"eax\")\n"
      "void f(unsigned x) {\n  switch (" +
      value + ") {\n";
  for (int i = first; i < first + cases; ++i)
    text += "    case " + std::to_string(i) + ": MARK(" + std::to_string(mark(i)) + "); break;\n";
  return text + rest + "  }\n}\n";
}

std::string interpreter(bool offsets) {
  std::string text = R"(
int f(const unsigned char *code, int *stack) {
)";
  if (offsets) {
    text += R"(  static const int table[] = {&&push - &&push, &&add - &&push, &&mul - &&push,
                              &&dup - &&push, &&swap - &&push, &&end - &&push};
#define NEXT goto *(&&push + table[*code++])
)";
  } else {
    text += R"(  static const void *const table[] = {&&push, &&add, &&mul, &&dup, &&swap, &&end};
#define NEXT goto *table[*code++]
)";
  }
  return text + R"(
  NEXT;
push: *stack++ = *code++; NEXT;
add: stack[-2] += stack[-1]; stack--; NEXT;
mul: stack[-2] *= stack[-1]; stack--; NEXT;
dup: *stack = stack[-1]; stack++; NEXT;
swap: { int t = stack[-1]; stack[-1] = stack[-2]; stack[-2] = t; } NEXT;
end: return stack[-1];
}
)";
}

const char* const kBuilds[] = {
    "gcc -O2 -fPIC -shared",
    "gcc -O3 -fPIC -shared -fcf-protection=full",
    "gcc -O2 -fno-pie -no-pie -nostdlib -Wl,-e,f",
    "gcc -Os -fPIC -shared",
    "gcc -O0 -fPIC -shared",
    "gcc -O0 -fno-pie -no-pie -nostdlib -Wl,-e,f",
    "clang-19 -O2 -fPIC -shared",
    "clang-19 -O3 -fPIC -shared -fcf-protection=full",
    "clang-19 -O2 -fno-pie -no-pie -nostdlib -Wl,-e,f",
    "clang-19 -O0 -fPIC -shared",
    "clang-19 -O0 -fno-pie -no-pie -nostdlib -Wl,-e,f",
};

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

void expect_all_cases(const std::string& source, int first, int cases, bool by_content) {
  for (const char* build : kBuilds) {
    SCOPED_TRACE(build);
    BuiltProgram program(build, ".c", source);
    const FunctionView view = program.analyse("f");
    EXPECT_EQ(view.cfg.unresolved_jumps, 0u);
    EXPECT_GE(view.cfg.jump_tables, 1u);
    if (!by_content) {
      EXPECT_EQ(view.cfg.jump_tables_by_content, 0u);
    }
    const std::set<std::int64_t> reached = reached_immediates(view);
    for (int i = first; i < first + cases; ++i) EXPECT_TRUE(reached.contains(mark(i))) << i;
    for (const Block& block : view.cfg.blocks) EXPECT_TRUE(block.reachable || block.padding);
  }
}

TEST(JumpTables, SwitchWithDefault) {
  expect_all_cases(switch_on("x", 0, 12, "    default: MARK(1);\n"), 0, 12, false);
}

TEST(JumpTables, SwitchThatStartsElsewhere) {
  expect_all_cases(switch_on("x", 20, 9, "    default: MARK(1);\n"), 20, 9, false);
}

TEST(JumpTables, SwitchOnAMask) { expect_all_cases(switch_on("x & 15", 0, 16, ""), 0, 16, false); }

TEST(JumpTables, SwitchOnAByte) {
  expect_all_cases(switch_on("(unsigned char)x", 40, 11, "    default: MARK(1);\n"), 40, 11, false);
}

// The compiler leaves the check out: only the entries themselves end the table.
TEST(JumpTables, SwitchWithoutACheck) {
  expect_all_cases(switch_on("x", 0, 10, "    default: __builtin_unreachable();\n"), 0, 10, true);
}

TEST(JumpTables, SwitchOnMemoryInALoop) {
  const std::string source = R"(
#define MARK(n) asm volatile("movl $" #n ", %%eax" ::: "eax")
void f(const unsigned *p, int n) {
  for (int i = 0; i < n; i++) {
    switch (p[i]) {
      case 0: MARK(2000); break;
      case 1: MARK(2013); break;
      case 2: MARK(2052); break;
      case 3: MARK(2117); break;
      case 4: MARK(2208); break;
      case 5: MARK(2325); break;
      case 6: MARK(2468); break;
      default: return;
    }
    MARK(3);
  }
}
)";
  expect_all_cases(source, 0, 7, false);
}

TEST(JumpTables, ComputedGoto) {
  for (const bool offsets : {false, true}) {
    for (const char* build : kBuilds) {
      SCOPED_TRACE(std::string(build) + (offsets ? ", offsets" : ", addresses"));
      BuiltProgram program(build, ".c", interpreter(offsets));
      const FunctionView view = program.analyse("f");
      if (std::string(build).starts_with("clang-19 -O0")) {
        // The target goes through a stack slot: not followed, but said.
        EXPECT_EQ(view.cfg.unresolved_jumps, 1u);
        continue;
      }
      EXPECT_EQ(view.cfg.unresolved_jumps, 0u);
      EXPECT_GE(view.cfg.jump_tables, 1u);
      std::size_t most = 0;
      for (BlockIndex b = 0; b < view.cfg.blocks.size(); ++b) {
        std::size_t ways = 0;
        for (const Edge& edge : view.cfg.successors(b)) ways += edge.kind == EdgeKind::kTable;
        most = std::max(most, ways);
        EXPECT_TRUE(view.cfg.blocks[b].reachable || view.cfg.blocks[b].padding);
      }
      EXPECT_EQ(most, 6u);
    }
  }
}

TEST(JumpTables, CallsThroughATableOfFunctionsAreTailCalls) {
  for (const char* build : {"gcc -O2 -fPIC -shared", "clang-19 -O2 -fPIC -shared"}) {
    SCOPED_TRACE(build);
    BuiltProgram program(build, ".c", R"(
static int a(int x) { return x + 1; }
static int b(int x) { return x * 3; }
static int c(int x) { return x - 9; }
static int d(int x) { return x ^ 5; }
static int (*const table[4])(int) = {a, b, c, d};
int f(int i, int x) { return table[i & 3](x); }
int g(int (*h)(int), int x) { return h(x + 1); }
struct S { int (**vtable)(struct S *); };
int v(struct S *s) { return s->vtable[2](s); }
)");
    for (const char* name : {"f", "g", "v"}) {
      const FunctionView view = program.analyse(name);
      EXPECT_EQ(view.cfg.unresolved_jumps, 0u) << name;
      EXPECT_EQ(view.cfg.jump_tables, 0u) << name;
      EXPECT_EQ(view.cfg.blocks[0].exit, BlockExit::kTailCall) << name;
    }
  }
}

TEST(JumpTables, Rust) {
  BuiltProgram program("rustc -O --crate-type=cdylib", ".rs", R"(
use std::ptr::write_volatile;
#[no_mangle]
pub fn f(x: u32, out: *mut i64) {
    let v = |n: i64| unsafe { write_volatile(out, n); write_volatile(out, n * 17 + 3) };
    match x { 0 => v(2000), 1 => { v(2013); v(1) } 2 => { v(2052); v(2) } 3 => { v(3); v(2117) }
              4 => { v(4); v(4); v(2208) } 5 => { v(2325); v(9) } _ => {} }
}
)");
  const FunctionView view = program.analyse("f");
  EXPECT_EQ(view.cfg.unresolved_jumps, 0u);
  EXPECT_EQ(view.cfg.jump_tables, 1u);
  const std::set<std::int64_t> reached = reached_immediates(view);
  for (const std::int64_t n : {2000, 2013, 2052, 2117, 2208, 2325})
    EXPECT_TRUE(reached.contains(n));
}

}  // namespace
}  // namespace asmforge

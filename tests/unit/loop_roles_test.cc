// Roles of the loops that real compilers make of one source loop.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "../support/built_program.h"
#include "graph/loops.h"

namespace asmforge {
namespace {

using testing_support::BuiltProgram;

constexpr const char* kKernels = R"(
#include <stddef.h>
void saxpy(float *restrict y, const float *restrict x, float a, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] += a * x[i];
}
void may_alias(int *y, const int *x, const int *z, int n) {
  for (int i = 0; i < n; i++) y[i] = x[i] + z[i];
}
int sum(const int *x, size_t n) {
  int s = 0;
  for (size_t i = 0; i < n; i++) s += x[i];
  return s;
}
double ordered_sum(const double *x, size_t n) {
  double s = 0;
  for (size_t i = 0; i < n; i++) s += x[i];
  return s;
}
void two(float *restrict y, const float *restrict x, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] = x[i] * 2;
  for (size_t i = 1; i < n; i++) y[i] = y[i - 1] + x[i];
}
void rows(float *restrict d, const float *restrict s, size_t n, size_t m) {
  for (size_t j = 0; j < m; j++)
    for (size_t i = 0; i < n; i++) d[j * n + i] = s[j * n + i] + 1;
}
int find(const int *x, size_t n, int v) {
  for (size_t i = 0; i < n; i++)
    if (x[i] == v) return i;
  return -1;
}
void both(int *restrict y, const int *restrict x, const int *restrict z, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] = x[i] * 5;
  for (size_t i = 0; i < n; i++)
    if (z[i] > 7) y[z[i]] = x[i];
}
)";

// "main remainder": the roles in the order of the loops, after `analyse`.
std::string roles(BuiltProgram& program, const std::string& name) {
  const FunctionView view = program.analyse(name);
  Loops loops = view.loops;
  for (Loop& loop : loops.loops) loop.role = LoopRole::kUnknown;
  assign_loop_roles(view.function, view.cfg, loops);
  std::string text;
  for (const Loop& loop : loops.loops)
    text += (text.empty() ? "" : " ") + std::string(to_string(loop.role));
  return text;
}

struct Case {
  const char* function;
  const char* roles;
};

void expect_roles(const std::string& compiler, std::initializer_list<Case> cases) {
  BuiltProgram program(compiler + " -shared -fPIC", ".c", kKernels);
  for (const Case& c : cases)
    EXPECT_EQ(roles(program, c.function), c.roles) << compiler << ": " << c.function;
}

TEST(LoopRoles, Clang) {
  expect_roles("clang-19 -O3", {
                                   {"saxpy", "main remainder"},
                                   {"sum", "main remainder"},
                                   {"ordered_sum", "main remainder"},  // unrolled, not vector
                                   // remainder of the remainder, its unrolled body, vector body
                                   {"may_alias", "remainder remainder main"},
                                   {"two", "main remainder main remainder"},
                                   {"rows", "only main remainder"},
                                   {"find", "only"},
                               });
  expect_roles("clang-19 -O3 -march=x86-64-v3", {
                                                    {"saxpy", "main remainder"},
                                                    {"may_alias", "remainder remainder main"},
                                                    {"two", "main remainder main remainder"},
                                                });
}

TEST(LoopRoles, Gcc) {
  // What is left runs as straight code behind the vector loop.
  expect_roles("gcc -O3", {
                              {"saxpy", "only"},
                              {"sum", "only"},
                              {"may_alias", "main remainder"},  // remainder: the fallback
                              {"rows", "only only"},
                          });
  expect_roles("gcc -O2", {
                              {"saxpy", "only"},
                              {"two", "only only"},
                              {"rows", "only only"},
                              {"find", "only"},
                          });
}

// The second loop walks the same array with a smaller step, from its begin: it
// is the whole of its source loop and must not pass for what the first left over.
TEST(LoopRoles, ALoopThatStartsAnewIsNoRemainder) {
  BuiltProgram program("gcc -O3 -shared -fPIC", ".c", kKernels);
  for (const char* name : {"two", "both"})
    EXPECT_EQ(roles(program, name).find("remainder"), std::string::npos) << roles(program, name);
  BuiltProgram clang("clang-19 -O3 -shared -fPIC", ".c", kKernels);
  EXPECT_EQ(roles(clang, "both"), "main remainder only");
}

TEST(LoopRoles, Rust) {
  BuiltProgram program("rustc -O --crate-type=cdylib -C codegen-units=1", ".rs", R"(
#[no_mangle]
pub fn sum(x: &[u32]) -> u32 { let mut s = 0u32; for v in x { s = s.wrapping_add(*v); } s }
#[no_mangle]
pub fn add(o: &mut [f32], a: &[f32], b: &[f32]) {
    for i in 0..o.len() { o[i] = a[i] + b[i]; }
}
)");
  EXPECT_EQ(roles(program, "sum"), "main remainder");
  // The main loop has no bounds checks, what is left keeps them.
  EXPECT_NE(roles(program, "add").find("main"), std::string::npos) << roles(program, "add");
  EXPECT_EQ(roles(program, "add").find("only"), std::string::npos) << roles(program, "add");
}

// The source has one nest; until an element is chosen it runs in the first two loops,
// then in the others. The last ones are the rows of which no element is looked at.
constexpr const char* kSplitNest = R"(
.intel_syntax noprefix
.globl split, anew
.type split, @function
split:
        xor   r8d, r8d
1:      mov   dword ptr [r10], r8d
        mov   esi, dword ptr [rdi + 40]
        test  esi, esi
        jle   4f
        xor   edx, edx
2:      mov   eax, dword ptr [r9 + 4*rdx]
        cmp   eax, r11d
        jb    5f
        add   edx, 1
        cmp   esi, edx
        jg    2b
4:      add   r8d, 1
        add   r10, 4
        cmp   dword ptr [rdi + 44], r8d
        jg    1b
        ret
5:      mov   dword ptr [r10], eax
6:      mov   eax, dword ptr [r9 + 4*rdx]
        cmp   eax, r11d
        jb    5b
        add   edx, 1
        cmp   esi, edx
        jg    6b
7:      add   r8d, 1
        add   r10, 4
        cmp   dword ptr [rdi + 44], r8d
        jle   8f
        mov   dword ptr [r10], r8d
        mov   esi, dword ptr [rdi + 40]
        test  esi, esi
        jle   7b
        xor   edx, edx
        jmp   6b
8:      ret
.size split, . - split

# Two loops of one kind, each from its own begin.
.type anew, @function
anew:
        xor   edx, edx
1:      mov   eax, dword ptr [r9 + 4*rdx]
        mov   dword ptr [rdi + 4*rdx], eax
        add   edx, 1
        cmp   esi, edx
        jg    1b
        xor   edx, edx
2:      mov   eax, dword ptr [r8 + 4*rdx]
        mov   dword ptr [rcx + 4*rdx], eax
        add   edx, 1
        cmp   esi, edx
        jg    2b
        ret
.size anew, . - anew

# A condition that stays chose one of them.
.globl versions
.type versions, @function
versions:
        xor   edx, edx
        test  ecx, ecx
        je    2f
1:      mov   eax, dword ptr [r9 + 4*rdx]
        mov   dword ptr [rdi + 4*rdx], eax
        add   edx, 1
        cmp   esi, edx
        jg    1b
        ret
2:      mov   eax, dword ptr [r9 + 4*rdx]
        neg   eax
        mov   dword ptr [rdi + 4*rdx], eax
        add   edx, 1
        cmp   esi, edx
        jg    2b
        ret
.size versions, . - versions
)";

TEST(LoopRoles, NoLoopIsTheOnlyOneWhereAnotherMayBeOfTheSameSourceLoop) {
  BuiltProgram program("gcc -shared -nostdlib", ".s", kSplitNest);
  EXPECT_EQ(roles(program, "split").find("only"), std::string::npos) << roles(program, "split");
  EXPECT_EQ(roles(program, "versions"), "unknown unknown");
  EXPECT_EQ(roles(program, "anew"), "only only");
}

}  // namespace
}  // namespace asmforge

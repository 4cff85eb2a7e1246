// What compilers make without optimisation is told from what they make with it.
#include "graph/unoptimised.h"

#include <gtest/gtest.h>

#include <string>

#include "../support/built_program.h"

namespace asmforge {
namespace {

using testing_support::BuiltProgram;

constexpr const char* kC = R"(
struct image { int rows, columns, *pixels; };
void fill(struct image *image, int value) {
  for (int r = 0; r < image->rows; r++)
    for (int c = 0; c < image->columns; c++) image->pixels[r * image->columns + c] = value;
}
int bounded(const int *x, const int *limit, int n) {
  int sum = 0;
  for (int i = 0; i < n && sum < *limit; i++) sum += x[i] > 3 && x[i] < 9 ? x[i] / n : 1;
  return sum;
}
int next(void);
int drain(int *last) {
  int count = 0;
  while ((*last = next()) >= 0) count++;
  return count;
}
)";

constexpr const char* kRust = R"(
#[no_mangle]
pub fn fill(x: &mut [u32], value: &u32) { for i in 0..x.len() { x[i] = *value; } }
#[no_mangle]
pub fn bounded(x: &[u64], divisor: &u64) -> u64 {
    let mut sum = 0;
    for v in x { if *v > 3 && *v < 9 { sum += *v / *divisor; } }
    sum
}
)";

bool unoptimised(BuiltProgram& program, const std::string& name) {
  const FunctionView view = program.analyse(name);
  EXPECT_FALSE(view.loops.loops.empty()) << name;
  return looks_unoptimised(view.function, view.cfg, view.loops);
}

TEST(Unoptimised, CompilersAtO0) {
  for (const std::string compiler : {"gcc", "clang-19", "gcc -fomit-frame-pointer"}) {
    BuiltProgram program(compiler + " -O0 -shared -fPIC", ".c", kC);
    for (const char* name : {"fill", "bounded", "drain"})
      EXPECT_TRUE(unoptimised(program, name)) << compiler << ' ' << name;
  }
  BuiltProgram rust("rustc -C opt-level=0 --crate-type=cdylib", ".rs", kRust);
  for (const char* name : {"fill", "bounded"}) EXPECT_TRUE(unoptimised(rust, name)) << name;
}

TEST(Unoptimised, CompilersThatOptimise) {
  for (const std::string compiler : {"gcc", "clang-19", "gcc -fno-omit-frame-pointer"}) {
    for (const std::string level : {"-O1", "-O2", "-Os", "-Og"}) {
      BuiltProgram program(compiler + ' ' + level + " -shared -fPIC", ".c", kC);
      for (const char* name : {"fill", "bounded", "drain"})
        EXPECT_FALSE(unoptimised(program, name)) << compiler << ' ' << level << ' ' << name;
    }
  }
  for (const std::string level : {"1", "2", "s"}) {
    BuiltProgram rust("rustc -C opt-level=" + level + " --crate-type=cdylib", ".rs", kRust);
    for (const char* name : {"fill", "bounded"}) EXPECT_FALSE(unoptimised(rust, name)) << name;
  }
}

// More vectors than registers: most instructions have an operand in the frame.
TEST(Unoptimised, LoopsThatSpillAreNot) {
  std::string values = "v0 = in[0]";
  std::string body;
  for (int i = 1; i < 24; ++i)
    values += ", v" + std::to_string(i) + " = in[" + std::to_string(i) + "]";
  for (int i = 0; i < 24; ++i)
    body += "v" + std::to_string(i) + " = v" + std::to_string(i) + " * x + v" +
            std::to_string((i * 7 + 3) % 24) + ";\n";
  BuiltProgram program("clang-19 -O2 -fno-slp-vectorize -shared -fPIC", ".c",
                       "double many(const double *in, unsigned long n) { double " + values +
                           ";\nfor (unsigned long i = 0; i < n; i++) { double x = in[i];\n" + body +
                           "}\nreturn v0 + v9 + v23; }\n");
  EXPECT_FALSE(unoptimised(program, "many"));
}

}  // namespace
}  // namespace asmforge

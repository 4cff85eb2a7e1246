#include "transform/differential.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include "../support/scratch_dir.h"
#include "transform/edit.h"
#include "transform/restrict_pointers.h"

namespace asmforge {
namespace {

using testing::HasSubstr;
using testing_support::ScratchDir;

class Differential : public testing::Test {
 protected:
  // The last function of the text, against what `after` is; empty: the same with restrict.
  DifferentialResult compare(const std::string& text, std::string after = {},
                             const std::string& suffix = ".c") {
    DifferentialRequest request;
    request.unit = {compiler_, folder_.path(), "before" + suffix, {"-x", "c", "-O3"}, "-O3", {}};
    request.before = folder_.write("before" + suffix, text);
    const Result<SourceMap> map = map_source(request.before, request.unit);
    EXPECT_TRUE(map);
    if (!map || map->functions.empty()) return {};
    request.function = map->functions.back();
    if (after.empty()) {
      const Result<Patch> patch = place_restrict("before.c", text, request.function);
      EXPECT_TRUE(patch) << patch.error().what;
      if (!patch) return {};
      after = *applied(text, *patch);
    }
    request.after = folder_.write("after" + suffix, after);
    request.flags_after = flags_after_;
    request.seed = 7;
    const Result<DifferentialResult> result = compare_functions(request);
    EXPECT_TRUE(result) << result.error().what;
    return result ? *result : DifferentialResult{};
  }
  std::string compiler_ = "clang-19";
  std::vector<std::string> flags_after_;
  ScratchDir folder_;
};

constexpr const char* kScale =
    "static void scale(float *out, const float *in, const float *factor, int n) {\n"
    "  for (int i = 0; i < n; i++) out[i] = in[i] * *factor;\n"
    "}\n";

TEST_F(Differential, FindsThatWhatOverlapsIsNoLongerSeen) {
  for (const char* compiler : {"clang-19", "gcc"}) {
    compiler_ = compiler;
    const DifferentialResult result = compare(kScale);
    EXPECT_EQ(result.kind, DifferentialKind::kDiffers) << compiler << result.words;
    EXPECT_THAT(result.words, HasSubstr("gives other results when"));
  }
}

TEST_F(Differential, FindsNothingWhereNothingIsStored) {
  const DifferentialResult result = compare(
      "unsigned long dot(const unsigned *a, const unsigned *b, unsigned char n) {\n"
      "  unsigned long sum = 0;\n"
      "  for (int i = 0; i < n; i++) sum += (unsigned long)a[i] * b[i];\n"
      "  return sum;\n"
      "}\n"
      "int main(void) { return 0; }\n"
      "static double mean(const double *a, const double *b, int n) {\n"
      "  double sum = 0;\n"
      "  for (int i = 0; i < n; i++) sum += a[i] - b[i];\n"
      "  return sum / 2;\n"
      "}\n");
  EXPECT_EQ(result.kind, DifferentialKind::kEqual) << result.words;
  EXPECT_GT(result.inputs, 400U);
}

TEST_F(Differential, SeesAnotherResultAndUndefinedBehaviour) {
  const std::string text = "int sum(const int *a, int n) { return a[0] + (n & 1); }\n";
  const auto with = [&](const std::string& body) {
    return compare(text, "int sum(const int *a, int n) { " + body + " }\n");
  };
  EXPECT_EQ(with("return a[0] + (n & 1);").kind, DifferentialKind::kEqual);
  EXPECT_THAT(with("return a[0] + 1;").words, HasSubstr("gives other results"));
  EXPECT_THAT(with("if (n == 33) __builtin_trap(); return a[0] + (n & 1);").words,
              HasSubstr("fails"));
  // The same number, by way of a shift that is not defined.
  const DifferentialResult shifted = with(
      "volatile int by = 32 + (n > 99); int one = 1 << by; "
      "return a[0] + (n & 1) + one * 0;");
  EXPECT_EQ(shifted.kind, DifferentialKind::kDiffers);
  EXPECT_THAT(shifted.words, HasSubstr("as a sanitizer finds"));
}

// Sums in another order are other sums; without errno a root is the same root.
TEST_F(Differential, ComparesTheSameSourceWithOtherFlags) {
  const std::string sums =
      "float sum(const float *a, int n) {\n"
      "  float s = 0;\n"
      "  for (int i = 0; i < n; i++) s += a[i];\n"
      "  return s;\n"
      "}\n";
  const std::string roots =
      "#include <math.h>\n"
      "void roots(double *a, int n) { for (int i = 0; i < n; i++) a[i] = sqrt(a[i]); }\n";
  flags_after_ = {"-ffast-math"};
  EXPECT_EQ(compare(sums, sums).kind, DifferentialKind::kDiffers);
  compiler_ = "gcc";
  flags_after_ = {"-fno-math-errno"};
  EXPECT_EQ(compare(roots, roots).kind, DifferentialKind::kEqual);
}

TEST_F(Differential, SaysWhatItCannotCall) {
  const std::string same =
      "struct s { int n; }; int f(struct s *a, int *b) { return a->n + *b; }\n";
  EXPECT_THAT(compare(same, same).words, HasSubstr("neither a number nor a pointer to numbers"));
  const std::string missing = "int other(int); int f(int *a, int *b) { return other(*a + *b); }\n";
  EXPECT_THAT(compare(missing, missing).words, HasSubstr("fails on nearly all"));
  const std::string cplusplus = "int f(int *a, int *b) { return *a + *b; }\n";
  EXPECT_THAT(compare(cplusplus, cplusplus, ".cc").words, HasSubstr("it is not C"));
  EXPECT_THAT(compare(cplusplus, "int f(int *a) { return 1; }\n").words,
              HasSubstr("cannot be compiled by itself"));
}

std::string runs(const std::string& one, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += one;
  return all;
}

TEST(JudgeRuns, WantsEnoughOfEachWay) {
  const std::string whole = "apart done 1\noverlapping done 2\nsame done 3\n";
  EXPECT_EQ(judge_runs(runs(whole, 20), runs(whole, 20)).kind, DifferentialKind::kEqual);
  EXPECT_EQ(judge_runs(runs(whole, 20), runs(whole, 20)).inputs, 60U);
  EXPECT_EQ(judge_runs(runs(whole, 19), runs(whole, 19)).kind, DifferentialKind::kUnknown);
  const std::string partly = "apart done 1\noverlapping failed 0\nsame done 3\n";
  EXPECT_EQ(judge_runs(runs(partly, 99), runs(partly, 99)).kind, DifferentialKind::kUnknown);
  EXPECT_EQ(judge_runs("", "").kind, DifferentialKind::kUnknown);
  EXPECT_EQ(judge_runs(runs(whole, 20), runs(whole, 19)).kind, DifferentialKind::kUnknown);
}

TEST(JudgeRuns, ForgivesOnlyWhatTheFirstCouldNotTakeEither) {
  const std::string same = runs("apart done 1\noverlapping done 2\nsame done 3\n", 20);
  EXPECT_EQ(judge_runs(same + "apart failed 0\n", same + "apart done 5\n").kind,
            DifferentialKind::kEqual);
  const DifferentialResult fails = judge_runs(same + "same done 5\n", same + "same failed 0\n");
  EXPECT_EQ(fails.kind, DifferentialKind::kDiffers);
  EXPECT_EQ(fails.words, "fails when its pointers lead to the same place");
  EXPECT_EQ(judge_runs(same + "overlapping done 5\n", same + "overlapping done 6\n").words,
            "gives other results when what its pointers lead to overlaps");
}

}  // namespace
}  // namespace asmforge

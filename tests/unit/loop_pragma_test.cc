#include "transform/loop_pragma.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "transform/edit.h"

namespace asmforge {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kText =
    "int f(int n) {\n"
    "\tfor (int i = 0; i < n; i++)\n"
    "    sum += i;\n"
    "  x = 1; while(n--) sum++;\n"
    "#pragma GCC ivdep\n"
    "  for (;;) break;\n"
    "  if (n)\n"
    "    for (;;) break;\n"
    "  else do n++; while (n < 7);\n"
    "  here: for (;;) break;\n"
    "  { do";

std::string placed(std::string_view loop) {
  LoopStatement statement;
  statement.line = 7;
  statement.offset = kText.find(loop);
  const Result<Patch> patch = place_loop_pragma("a.c", kText, statement, "GCC unroll 4");
  if (!patch) return patch.error().what;
  return *applied(kText, *patch);
}

TEST(LoopPragma, StandsBeforeAStatementOfABlock) {
  EXPECT_THAT(placed("for (int i"), HasSubstr("\n\t_Pragma(\"GCC unroll 4\") for (int i = 0;"));
  EXPECT_THAT(placed("while(n--)"), HasSubstr(" x = 1; _Pragma(\"GCC unroll 4\") while(n--)"));
}

TEST(LoopPragma, StandsBeforeALoopThatBeginsALine) {
  EXPECT_THAT(placed("for (;;) break;\n  else"),
              HasSubstr("  if (n)\n    _Pragma(\"GCC unroll 4\") for (;;)"));
}

TEST(LoopPragma, StandsNowhereElse) {
  EXPECT_EQ(placed("for (;;) break;\n  if"), "a.c:7: a pragma is there already");
  EXPECT_EQ(placed("do n++"), "a.c:7: neither a line nor a statement of a block begins there");
  EXPECT_EQ(placed("for (;;) break;\n  { do"),
            "a.c:7: neither a line nor a statement of a block begins there");
  EXPECT_EQ(placed("is not there"), "a.c:7: there is no such loop");
}

TEST(LoopPragma, AsksForWhatCouldChange) {
  const auto texts = [](PragmaDialect dialect, const LoopFacts& facts) {
    std::vector<std::string> found;
    for (const LoopPragma& pragma : loop_pragmas(dialect, facts)) found.push_back(pragma.text);
    return found;
  };
  EXPECT_THAT(texts(PragmaDialect::kGcc, {7, 0, false}), ElementsAre("GCC unroll 4"));
  EXPECT_THAT(texts(PragmaDialect::kGcc, {7, 0, true}), ElementsAre("GCC unroll 1"));
  EXPECT_THAT(texts(PragmaDialect::kClang, {7, 128, false}),
              ElementsAre("clang loop unroll_count(4)"));
  EXPECT_THAT(texts(PragmaDialect::kClang, {7, 0, true}),
              ElementsAre("clang loop unroll(disable)"));
  EXPECT_THAT(texts(PragmaDialect::kClang, {7, 128, true}),
              ElementsAre("clang loop interleave_count(4)", "clang loop vectorize(disable)"));
  LoopFacts scalar{.instructions = 7, .could_be_vectors = true, .stores = 1};
  EXPECT_THAT(texts(PragmaDialect::kClang, scalar),
              ElementsAre("clang loop vectorize(enable)", "clang loop unroll_count(4)"));
  scalar.stores = 2;
  EXPECT_THAT(texts(PragmaDialect::kClang, scalar),
              ElementsAre("clang loop vectorize(enable)", "clang loop distribute(enable)",
                          "clang loop unroll_count(4)"));
  EXPECT_THAT(texts(PragmaDialect::kGcc, scalar), ElementsAre("GCC unroll 4"));
  EXPECT_FALSE(loop_pragmas(PragmaDialect::kClang, {7, 128, true}).front().predicts);
}

TEST(Edit, ShowsWhatGitApplies) {
  const Patch patch{"a.c", 8, "", "new "};
  EXPECT_EQ(unified_diff("one\ntwo\nthree\nfour\nfive\nsix\nseven", patch),
            "--- a/a.c\n+++ b/a.c\n@@ -1,6 +1,6 @@\n one\n two\n-three\n+new three\n four\n five\n "
            "six\n");
  EXPECT_EQ(unified_diff("only", {"a.c", 4, "", "!"}),
            "--- a/a.c\n+++ b/a.c\n@@ -1,1 +1,1 @@\n-only\n\\ No newline at end of "
            "file\n+only!\n\\ No newline "
            "at end of file\n");
}

TEST(Edit, RefusesAnotherText) {
  EXPECT_FALSE(applied("abc", {"a.c", 1, "x", "y"}));
  EXPECT_FALSE(applied("abc", {"a.c", 9, "", "y"}));
}

RC_GTEST_PROP(EditProperty, UndoGivesEveryByteBack,
              (const std::string& text, const std::string& fresh)) {
  const auto offset = *rc::gen::inRange<std::size_t>(0, text.size() + 1);
  const auto size = *rc::gen::inRange<std::size_t>(0, text.size() - offset + 1);
  const Patch patch{"a", offset, text.substr(offset, size), fresh};
  const Result<std::string> changed = applied(text, patch);
  RC_ASSERT(changed.has_value());
  const Result<std::string> back = applied(*changed, undo_of(patch));
  RC_ASSERT(back.has_value());
  RC_ASSERT(*back == text);
}

}  // namespace
}  // namespace asmforge

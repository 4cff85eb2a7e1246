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
    "  int sum = 0;\n"
    "\tfor (int i = 0; i < n; i++)\n"
    "    sum += i;\n"
    "  format(sum); do_it();\n"
    "  while(n--) sum++;\n"
    "#pragma GCC ivdep\n"
    "  for (;;) break;\n"
    "#define EACH \\\n"
    "  for (;;) \\\n"
    "    break\n"
    "  x = 1; for (;;) break;\n"
    "  fortune(1);\n"
    "#define LAST \\\n"
    "  for (;;) break\n"
    "  do";

std::string placed(std::uint32_t line) {
  const Result<Patch> patch = place_loop_pragma("a.c", kText, line, "GCC unroll 4");
  if (!patch) return patch.error().what;
  return *applied(kText, *patch);
}

TEST(LoopPragma, StandsBeforeTheLoopInItsLine) {
  EXPECT_THAT(placed(3), HasSubstr("\n\t_Pragma(\"GCC unroll 4\") for (int i = 0;"));
  EXPECT_THAT(placed(6), HasSubstr("\n  _Pragma(\"GCC unroll 4\") while(n--)"));
  EXPECT_THAT(placed(16), HasSubstr("\n  _Pragma(\"GCC unroll 4\") do"));
}

TEST(LoopPragma, StandsNowhereElse) {
  for (const std::uint32_t line : {1U, 2U, 4U, 5U, 12U, 13U})
    EXPECT_EQ(placed(line), "a.c:" + std::to_string(line) + ": no loop begins with the line");
  for (const std::uint32_t line : {0U, 17U, 4000000000U})
    EXPECT_THAT(placed(line), HasSubstr("there is no such line"));
  EXPECT_EQ(placed(8), "a.c:8: a pragma is there already");
  EXPECT_EQ(placed(10), "a.c:10: the loop stands in a macro");
  EXPECT_EQ(placed(15), "a.c:15: the loop stands in a macro");
}

TEST(LoopPragma, BelongsToTheDoOfAWhile) {
  constexpr std::string_view text =
      "do {\n"                        // 1
      "  if (a) { b(); }\n"           // 2
      "  redo {\n"                    // 3
      "  } while (c);\n"              // 4
      "  do\n"                        // 5
      "  {\n"                         // 6
      "    b();\n"                    // 7
      "  }while (--n);\n"             // 8
      "  if (a) {\n"                  // 9
      "  } while (c) b();\n"          // 10
      "  do { b(); } while (--n);\n"  // 11
      "} while (a < b);\n"            // 12
      "} while (d);";                 // 13
  EXPECT_EQ(line_of_loop(text, 12), 1U);
  EXPECT_EQ(line_of_loop(text, 8), 5U);
  for (const std::uint32_t line : {0U, 1U, 2U, 4U, 7U, 10U, 11U, 13U, 14U})
    EXPECT_EQ(line_of_loop(text, line), line);
}

TEST(LoopPragma, AsksForWhatCouldChange) {
  const auto texts = [](PragmaDialect dialect, const LoopFacts& facts) {
    std::vector<std::string> found;
    for (const LoopPragma& pragma : loop_pragmas(dialect, facts)) found.push_back(pragma.text);
    return found;
  };
  EXPECT_THAT(texts(PragmaDialect::kGcc, {7, 0}), ElementsAre("GCC unroll 4", "GCC unroll 1"));
  EXPECT_THAT(texts(PragmaDialect::kClang, {7, 0}),
              ElementsAre("clang loop unroll_count(4)", "clang loop unroll(disable)"));
  EXPECT_THAT(texts(PragmaDialect::kClang, {7, 128}),
              ElementsAre("clang loop unroll_count(4)", "clang loop unroll(disable)",
                          "clang loop interleave_count(4)", "clang loop vectorize(disable)"));
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

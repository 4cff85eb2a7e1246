// Unified diffs as replaced lines.
#include "report/sarif_patch.h"

#include <gtest/gtest.h>

namespace asmforge {
namespace {

constexpr std::string_view kPatch = R"(Words first.
diff --git a/src/x.c b/src/x.c
index 1..2 100644
--- a/src/x.c
+++ b/src/x.c
@@ -10,4 +10,5 @@ int f(void) {
 one
-two
+2
+2a

 four
@@ -40 +41,2 @@
-forty
+-- forty
+++ 41
)";

TEST(SarifPatchTest, ReadsHunksByTheirCounts) {
  const auto lines = line_replacements(kPatch);
  ASSERT_TRUE(lines);
  ASSERT_EQ(lines->size(), 2U);
  EXPECT_EQ((*lines)[0].file, "src/x.c");
  EXPECT_EQ((*lines)[0].first, 10U);
  EXPECT_EQ((*lines)[0].last, 13U);
  EXPECT_EQ((*lines)[0].text, "one\n2\n2a\n\nfour");
  EXPECT_EQ((*lines)[1].first, 40U);
  EXPECT_EQ((*lines)[1].last, 40U);
  // A line that looks like the name of a file is none within a hunk.
  EXPECT_EQ((*lines)[1].text, "-- forty\n++ 41");
}

TEST(SarifPatchTest, OffersNoFixForMoreThanLines) {
  const auto changed = [](std::string_view from, std::string_view to) {
    std::string text(kPatch);
    const std::size_t at = text.find(from);
    EXPECT_NE(at, text.npos) << from;
    return line_replacements(text.replace(at, from.size(), to));
  };
  EXPECT_FALSE(line_replacements(""));
  EXPECT_FALSE(line_replacements("words"));
  EXPECT_FALSE(changed("--- a/src/x.c", "--- /dev/null"));
  EXPECT_FALSE(changed("+++ b/src/x.c", "+++ b/src/y.c"));
  EXPECT_FALSE(changed("--- a/src/x.c", "--- \"a/src/x.c\""));
  EXPECT_FALSE(changed("index 1..2 100644", "rename from src/y.c"));
  EXPECT_FALSE(changed("index 1..2 100644", "old mode 100644"));
  EXPECT_FALSE(changed("@@ -40 +41,2 @@", "@@ -40,9 +41,2 @@"));  // cut short
  EXPECT_FALSE(changed("@@ -40 +41,2 @@", "@@ -40,0 +41,2 @@"));  // nothing was there
  EXPECT_FALSE(changed("@@ -40 +41,2 @@", "@@ -4x +41,2 @@"));
  EXPECT_FALSE(changed("++ 41\n", "++ 41\n\\ No newline at end of file\n"));
}

}  // namespace
}  // namespace asmforge

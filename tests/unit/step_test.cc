#include "core/step.h"

#include <gtest/gtest.h>

namespace asmforge {
namespace {

TEST(Assumption, ComesBackFromItsText) {
  for (const Assumption& one :
       {Assumption{"a.c", 1, ""}, Assumption{"src/with blank.c", 4'000'000'000, "-ffast-math"}}) {
    const std::optional<Assumption> back = assumption_from_string(to_string(one));
    ASSERT_TRUE(back) << to_string(one);
    EXPECT_EQ(*back, one);
  }
  EXPECT_EQ(to_string(Assumption{"a.c", 7, "-ffast-math"}), "7 -ffast-math a.c");
}

TEST(Assumption, IsNoneInOtherTexts) {
  for (const char* text :
       {"", "7", "7 ", "x a.c", "7 -ffast-math", "7 -ffast-math ", "99999999999 a.c"})
    EXPECT_FALSE(assumption_from_string(text)) << text;
}

TEST(Transforms, ThatAssertSomething) {
  EXPECT_TRUE(asserts_something("restrict"));
  EXPECT_TRUE(asserts_something("ivdep"));
  EXPECT_TRUE(asserts_something("fast-math"));
  EXPECT_FALSE(asserts_something("flag"));
  EXPECT_FALSE(asserts_something(""));
}

}  // namespace
}  // namespace asmforge

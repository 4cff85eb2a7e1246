#include "base/name_pattern.h"

#include <gtest/gtest.h>

namespace asmforge {
namespace {

TEST(NamePatternTest, AStarIsAnyText) {
  EXPECT_TRUE(fits_pattern("ns::parse*", "ns::parse_all"));
  EXPECT_TRUE(fits_pattern("*a*b", "xxabab"));
  EXPECT_TRUE(fits_pattern("*", ""));
  EXPECT_TRUE(fits_pattern("a", "a"));
  EXPECT_FALSE(fits_pattern("a", "ab"));
  EXPECT_FALSE(fits_pattern("a*c", "acb"));
  EXPECT_FALSE(fits_pattern("", "a"));
}

}  // namespace
}  // namespace asmforge

#include "base/suggest.h"

#include <gtest/gtest.h>

namespace asmforge {
namespace {

TEST(EditDistance, CountsHalvesOfAnEdit) {
  EXPECT_EQ(edit_distance("list", "list", 20), 0u);
  EXPECT_EQ(edit_distance("list", "List", 20), 1u);  // letter case is half an edit
  EXPECT_EQ(edit_distance("list", "lst", 20), 2u);
  EXPECT_EQ(edit_distance("lsit", "list", 20), 2u);  // a swap of neighbours is one edit
  EXPECT_EQ(edit_distance("", "abc", 20), 6u);
  EXPECT_EQ(edit_distance("kitten", "sitting", 20), 6u);
}

TEST(EditDistance, StopsAtTheLimit) {
  EXPECT_EQ(edit_distance("abcdefgh", "stuvwxyz", 4), 5u);
  EXPECT_EQ(edit_distance("a", "abcdefgh", 4), 5u);
}

TEST(NearestNames, RanksNearestFirstAndLeavesOutStrangers) {
  const std::string_view known[] = {"show", "list", "lits", "audit"};
  EXPECT_EQ(nearest_names("lst", known, 5), (std::vector<std::size_t>{1}));
  EXPECT_EQ(nearest_names("list", known, 5), (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(nearest_names("list", known, 1), (std::vector<std::size_t>{1}));
  EXPECT_TRUE(nearest_names("zzzzzz", known, 5).empty());
}

}  // namespace
}  // namespace asmforge

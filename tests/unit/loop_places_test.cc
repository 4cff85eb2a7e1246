// Which loops have code at a place, by inline stacks written here.
#include "audit/loop_places.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <vector>

namespace asmforge {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

SourceLocation at(std::initializer_list<SourceFrame> frames) { return {frames}; }
SourceFrame frame(const char* file, std::uint32_t line, std::uint32_t column) {
  return {"", file, "/p", line, column};
}

// Loop 1 is in loop 0; loop 2 stands beside them.
class LoopPlacesTest : public ::testing::Test {
 protected:
  std::vector<LoopCode> code = {{0, 0, kNoIndex, LoopRole::kUnknown, {}},
                                {0, 1, 0, LoopRole::kOnly, {}},
                                {0, 2, kNoIndex, LoopRole::kOnly, {}}};
  LoopPlaces places{{&code[0], &code[1], &code[2]}};
};

TEST_F(LoopPlacesTest, FindsTheLoopByFileLineAndColumn) {
  places.add(code[1], 0x10, at({frame("a.c", 4, 3)}));
  places.add(code[2], 0x20, at({frame("a.c", 9, 3)}));
  EXPECT_THAT(places.at({"a.c", 4, 3}).loops, ElementsAre(1U));
  EXPECT_THAT(places.at({"a.c", 4, 3}).addresses, ElementsAre(0x10U));
  EXPECT_EQ(places.at({"a.c", 4, 3}).place.directory, "/p");
  EXPECT_EQ(places.at({"a.c", 4, 3}).place.line, 4U);
  EXPECT_THAT(places.at({"a.c", 9, 0}).loops, IsEmpty());  // no column is known
  EXPECT_THAT(places.on_line({"a.c", 9, 0}).loops, ElementsAre(2U));
  EXPECT_THAT(places.on_line({"a.c", 4, 5}).loops, ElementsAre(1U));
  EXPECT_THAT(places.at({"a.c", 4, 5}).loops, IsEmpty());
  EXPECT_THAT(places.at({"a.c", 5, 3}).loops, IsEmpty());
  EXPECT_THAT(places.at({"b.c", 4, 3}).loops, IsEmpty());
}

TEST_F(LoopPlacesTest, WhatAnOuterLoopHasOfAnInnerOneIsTheInnerOnes) {
  places.add(code[0], 0x08, at({frame("a.c", 4, 3)}));  // before the inner loop begins
  places.add(code[1], 0x10, at({frame("a.c", 4, 3)}));
  const LoopPlaces::Answer answer = places.at({"a.c", 4, 3});
  EXPECT_FALSE(answer.ambiguous);
  EXPECT_THAT(answer.loops, ElementsAre(1U));
  EXPECT_THAT(answer.addresses, ElementsAre(0x08U, 0x10U));
  EXPECT_TRUE(places.on_line({"a.c", 4, 5}).ambiguous);  // two loops may begin on one line
}

TEST_F(LoopPlacesTest, FindsWhatWasInlinedAndWhereItWasInlined) {
  places.add(code[2], 0x20, at({frame("h.h", 2, 3), frame("a.c", 9, 5)}));
  EXPECT_THAT(places.at({"h.h", 2, 3}).loops, ElementsAre(2U));
  EXPECT_THAT(places.at({"a.c", 9, 5}).loops, ElementsAre(2U));
}

TEST_F(LoopPlacesTest, WhatWasInlinedTwiceIsAmbiguous) {
  places.add(code[1], 0x10, at({frame("h.h", 2, 3), frame("a.c", 4, 5)}));
  places.add(code[2], 0x20, at({frame("h.h", 2, 3), frame("a.c", 9, 5)}));
  EXPECT_TRUE(places.at({"h.h", 2, 3}).ambiguous);
  EXPECT_THAT(places.at({"h.h", 2, 3}).loops, IsEmpty());
  // In one loop twice, or in a loop and in the one around it: which is meant is not known either.
  places.add(code[0], 0x08, at({frame("h.h", 7, 3), frame("a.c", 3, 5)}));
  places.add(code[1], 0x10, at({frame("h.h", 7, 3), frame("a.c", 4, 5)}));
  EXPECT_TRUE(places.at({"h.h", 7, 3}).ambiguous);
}

TEST_F(LoopPlacesTest, TwoWholeLoopsOfOnePlaceAreAmbiguousPartsOfOneAreNot) {
  places.add(code[1], 0x10, at({frame("a.c", 4, 3)}));  // two loops of one macro
  places.add(code[2], 0x20, at({frame("a.c", 4, 3)}));
  EXPECT_TRUE(places.at({"a.c", 4, 3}).ambiguous);
  code[1].role = LoopRole::kMain;
  code[2].role = LoopRole::kRemainder;
  EXPECT_THAT(places.at({"a.c", 4, 3}).loops, ElementsAre(1U, 2U));
}

TEST_F(LoopPlacesTest, TwoFilesOfOneNameAreAmbiguous) {
  places.add(code[1], 0x10, at({frame("x/a.h", 4, 3)}));
  places.add(code[2], 0x20, at({frame("y/a.h", 4, 3)}));
  EXPECT_TRUE(places.at({"a.h", 4, 3}).ambiguous);
  EXPECT_THAT(places.at({"y/a.h", 4, 3}).loops, ElementsAre(2U));
}

TEST(MayNameFileTest, ComparesWholeComponentsFromTheEnd) {
  EXPECT_TRUE(may_name_file("a.c", "/p/src/a.c"));
  EXPECT_TRUE(may_name_file("src/a.c", "/p/src/a.c"));
  EXPECT_TRUE(may_name_file("./src/../src/a.c", "/p/src/a.c"));
  EXPECT_TRUE(may_name_file("../src/a.c", "/p/src/a.c"));
  EXPECT_TRUE(may_name_file("/p/x/../src/a.c", "/p/src/a.c"));
  EXPECT_TRUE(may_name_file("a.c", "a.c"));
  EXPECT_FALSE(may_name_file(".c", "/p/src/a.c"));
  EXPECT_FALSE(may_name_file("c/a.c", "/p/src/a.c"));
  EXPECT_FALSE(may_name_file("/src/a.c", "/p/src/a.c"));
  EXPECT_FALSE(may_name_file("", "/p/src/a.c"));
  EXPECT_FALSE(may_name_file("..", "/p/src/a.c"));
  EXPECT_EQ(whole_path({"", "../src/./a.c", "/p/build", 1, 1}), "/p/src/a.c");
  EXPECT_EQ(whole_path({"", "/q/a.c", "", 1, 1}), "/q/a.c");
}

}  // namespace
}  // namespace asmforge

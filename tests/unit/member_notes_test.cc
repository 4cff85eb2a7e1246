// Notes on members as notes on their archive.
#include "report/member_notes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace asmforge {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(MemberNotesTest, OneFileKeepsItsNotes) {
  EXPECT_THAT(total_notes({}), IsEmpty());
  EXPECT_THAT(total_notes({{"7 bytes are odd", "no symbols"}}),
              ElementsAre("7 bytes are odd", "no symbols"));
}

TEST(MemberNotesTest, SaysTheSameOnceAndAddsNumbersUp) {
  EXPECT_THAT(
      total_notes({{"73 bytes are odd", "no symbols"},
                   {"no symbols", "2 cold parts"},
                   {"926 bytes are odd"}}),
      ElementsAre("999 bytes are odd (2 members)", "no symbols (2 members)", "2 cold parts"));
}

// Only a number that stands alone at the front counts something.
TEST(MemberNotesTest, OtherNumbersTellNotesApart) {
  EXPECT_THAT(
      total_notes({{"3rd is odd", "a.o: 3 odd", "12"}, {"4rd is odd", "a.o: 4 odd", "12"}}),
      ElementsAre("3rd is odd", "a.o: 3 odd", "12 (2 members)", "4rd is odd", "a.o: 4 odd"));
}

}  // namespace
}  // namespace asmforge

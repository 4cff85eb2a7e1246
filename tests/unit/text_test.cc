#include "base/text.h"

#include <gtest/gtest.h>

#include "base/text_table.h"

namespace asmforge {
namespace {

TEST(Printable, LeavesUtf8AloneAndEscapesTheRest) {
  EXPECT_EQ(printable("caf\xc3\xa9"), "caf\xc3\xa9");
  EXPECT_EQ(printable("\x1b[2J"), "\\x1b[2J");
  EXPECT_EQ(printable("a\xff\xfe"), "a\\xff\\xfe");
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");           // overlong
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // a surrogate
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
  EXPECT_EQ(printable("\xe2\x82"), "\\xe2\\x82");  // cut short
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b");  // a control sequence introducer
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a\\x00b");
}

TEST(Shorten, KeepsBothEnds) {
  EXPECT_EQ(shorten("abcdefghij", 10), "abcdefghij");
  EXPECT_EQ(shorten("abcdefghij", 9), "abc...hij");
  EXPECT_EQ(shorten("abcdefghij", 8), "abc...ij");
  EXPECT_EQ(shorten("abcdefghij", 4), "a...");
  EXPECT_EQ(shorten("abcdefghij", 2), "..");
  EXPECT_EQ(shorten("abcdefghij", 0), "abcdefghij");
  EXPECT_EQ(shorten("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", 5), "\xc3\xa9...\xc3\xa9");
}

TEST(Numbers, AsPeopleReadThem) {
  EXPECT_EQ(with_separators(0), "0");
  EXPECT_EQ(with_separators(999), "999");
  EXPECT_EQ(with_separators(1000), "1,000");
  EXPECT_EQ(with_separators(14108285), "14,108,285");
  EXPECT_EQ(human_bytes(999), "999 B");
  EXPECT_EQ(human_bytes(58800000), "58.8 MB");
  EXPECT_EQ(human_bytes(999999), "1.0 MB");
  EXPECT_EQ(percent(0), "0.0 %");
  EXPECT_EQ(percent(0.0001), "<0.1 %");
  EXPECT_EQ(percent(0.1234), "12.3 %");
}

TEST(TextTable, AlignsAndShortensTheLastColumn) {
  TextTable table({{"no.", TextTable::Align::kRight}, {"name"}, {"what"}});
  table.add_row({"1", "ab", "short"});
  table.add_row({"1,000", "c", "a rather long description of it"});
  const std::vector<std::string> expected = {"  no.  name  what", "    1  ab    short",
                                             "1,000  c     a rather long description of it"};
  EXPECT_EQ(table.lines(0), expected);
  EXPECT_EQ(table.lines(33)[2], "1,000  c     a rather ...on of it");
}

}  // namespace
}  // namespace asmforge

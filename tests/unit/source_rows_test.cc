#include "collect/source_rows.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace asmforge {
namespace {

DwarfLocation location(std::vector<SourceFrame> frames, bool short_name = false) {
  return DwarfLocation{SourceLocation{std::move(frames)}, short_name};
}

std::vector<DwarfLocation> sample() {
  return {location({{"inner(int)", "a.h", "/src", 3, 1}, {"main", "a.cc", "/src", 70000, 2}}, true),
          location({}), location({{"", "/abs/b.c", "", 0, 0}})};
}

TEST(SourceRows, ComeBackAsTheyWere) {
  const auto before = sample();
  const auto after = decode_locations(encode_locations(before), before.size());
  ASSERT_TRUE(after.has_value());
  ASSERT_EQ(after->size(), before.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ((*after)[i].short_name, before[i].short_name);
    ASSERT_EQ((*after)[i].source.frames.size(), before[i].source.frames.size());
    for (std::size_t k = 0; k < before[i].source.frames.size(); ++k) {
      const SourceFrame& a = (*after)[i].source.frames[k];
      const SourceFrame& b = before[i].source.frames[k];
      EXPECT_EQ(std::tie(a.function, a.file, a.directory, a.line, a.column),
                std::tie(b.function, b.file, b.directory, b.line, b.column));
    }
  }
}

TEST(SourceRows, AnyOtherLengthOrCountIsRefused) {
  const std::string bytes = encode_locations(sample());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_locations(bytes.substr(0, size), 3).has_value()) << size;
  }
  EXPECT_FALSE(decode_locations(bytes + '\0', 3).has_value());
  EXPECT_FALSE(decode_locations(bytes, 2).has_value());
  EXPECT_FALSE(decode_locations(bytes, 4).has_value());
}

TEST(SourceRows, EveryDamagedByteIsSurvived) {
  const std::string bytes = encode_locations(sample());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const char value : {'\x00', '\x01', '\x7f', '\x80', '\xff'}) {
      std::string damaged = bytes;
      damaged[at] = value;
      const auto rows = decode_locations(damaged, 3);
      if (rows) EXPECT_EQ(rows->size(), 3U);
    }
  }
}

TEST(SourceRows, ARefusalIsQuotedPrintably) {
  EXPECT_EQ(decode_locations(encode_refusal("bad\033[2J"), 1).error().what, "said: bad?[2J");
  EXPECT_LT(decode_locations(encode_refusal(std::string(10'000, 'x')), 1).error().what.size(),
            400U);
}

TEST(SourceRows, LongNamesAndDeepStacksAreCut) {
  const std::vector<DwarfLocation> huge = {
      location(std::vector<SourceFrame>(1500, {std::string(40'000, 'n'), "f", "", 1, 1}))};
  const auto rows = decode_locations(encode_locations(huge), 1);
  ASSERT_TRUE(rows.has_value());
  EXPECT_EQ(rows->front().source.frames.size(), kMaxInlineDepth);
  EXPECT_EQ(rows->front().source.frames[0].function.size(), kMaxNameBytes);
}

// One long name that a million frames use would fill the memory.
TEST(SourceRows, RepetitionIsNoWayToFillTheMemory) {
  const std::vector<SourceFrame> stack(1000, {std::string(kMaxNameBytes, 'n'), "f", "", 1, 1});
  const std::vector<DwarfLocation> many(5, location(stack));
  EXPECT_FALSE(decode_locations(encode_locations(many), many.size()).has_value());
}

}  // namespace
}  // namespace asmforge

// llvm-bolt's tables, whole and damaged.
#include "collect/profiles/counter_tables.h"

#include <gtest/gtest.h>

namespace asmforge {
namespace {

class Note {
 public:
  Note& word(std::uint32_t value) {
    for (unsigned shift = 0; shift < 32; shift += 8)
      bytes.push_back(static_cast<std::uint8_t>(value >> shift));
    return *this;
  }
  Note& words(std::initializer_list<std::uint32_t> values) {
    for (const std::uint32_t value : values) word(value);
    return *this;
  }
  std::vector<std::uint8_t> bytes;
};

constexpr std::uint32_t kNone = 0xffffffff;

// A function of two blocks, an edge in the tree, a counted one, a call and its entry.
std::vector<std::uint8_t> note() {
  Note function;
  function.words({1, /*node*/ 1, /*counter*/ 6});
  function.words({2, 0, 0x10, 0, 0, 0x20, 1, kNone, 0, 0x30, 1, 0, 0x20, 1, 7});
  function.words({1, 0, 0x14, 0, 0, 0, kNone, 0x401000, 0});
  function.words({1, 0, 0, 0x400080, 0});
  Note content;
  content.words({8, 0, 16, 16, 0, 0, 0x400080, 0});
  content.word(static_cast<std::uint32_t>(function.bytes.size()));
  content.bytes.insert(content.bytes.end(), function.bytes.begin(), function.bytes.end());
  content.word(0x6e69616d);  // "main"
  Note note;
  note.words({5, static_cast<std::uint32_t>(content.bytes.size()), 2});
  note.words({0x544c4f42, 0});  // "BOLT", padded
  note.bytes.insert(note.bytes.end(), content.bytes.begin(), content.bytes.end());
  return note.bytes;
}

TEST(CounterTables, AreRead) {
  const Result<CounterTables> tables = read_counter_tables(note());
  ASSERT_TRUE(tables.has_value());
  EXPECT_EQ(tables->counters, 8U);
  ASSERT_EQ(tables->functions.size(), 1U);
  const CountedFunction& function = tables->functions.front();
  ASSERT_EQ(function.blocks.size(), 1U);
  EXPECT_EQ(function.blocks[0].counter, 6U);
  ASSERT_EQ(function.edges.size(), 2U);
  EXPECT_EQ(function.edges[0].counter, std::nullopt);
  EXPECT_EQ(function.edges[1].counter, 7U);
  EXPECT_EQ(function.edges[1].from_offset, 0x30U);
  EXPECT_EQ(function.edges[1].to_offset, 0x20U);
  ASSERT_EQ(function.calls.size(), 1U);
  EXPECT_EQ(function.calls[0].from_offset, 0x14U);
  ASSERT_EQ(function.entries.size(), 1U);
  EXPECT_EQ(function.entries[0].address, 0x400080U);
}

TEST(CounterTables, CutShortAnywhereAreRefused) {
  const std::vector<std::uint8_t> whole = note();
  const std::size_t names = 4;
  for (std::size_t size = 0; size + names < whole.size(); ++size)
    EXPECT_FALSE(read_counter_tables(std::span(whole).first(size)).has_value()) << size;
}

TEST(CounterTables, CountsBeyondTheBytesAreRefused) {
  const std::vector<std::uint8_t> whole = note();
  for (std::size_t at = 12; at + 8 <= whole.size(); at += 4) {
    std::vector<std::uint8_t> damaged = whole;
    damaged[at + 3] = 0x7f;
    const Result<CounterTables> tables = read_counter_tables(damaged);
    if (!tables) continue;
    EXPECT_LE(tables->counters, 1U << 27) << at;  // an offset or an address, which may be anything
  }
}

}  // namespace
}  // namespace asmforge

// Counting instructions are made cheap only where nobody reads the flags they keep.
#include "collect/profiles/counter_code.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace asmforge {
namespace {

constexpr std::uint64_t kAddress = 0x400000;
constexpr AddressRange kCounters{0x601000, 0x602000};

using ByteList = std::vector<std::uint8_t>;

// As llvm-bolt 19 writes it at `address`, for the first counter.
ByteList counting(std::uint64_t address) {
  const auto distance = static_cast<std::uint32_t>(kCounters.begin - (address + 24));
  ByteList bytes = {0x50, 0xb8, 0, 0,    0,    0,    0x9f, 0x50, 0xb8, 0,
                    0,    0,    0, 0x0f, 0x90, 0xc0, 0xf0, 0x48, 0xff, 0x05};
  for (unsigned shift = 0; shift < 32; shift += 8)
    bytes.push_back(static_cast<std::uint8_t>(distance >> shift));
  bytes.insert(bytes.end(), {0x80, 0xc0, 0x7f, 0x58, 0x9e, 0x58});
  return bytes;
}

struct Cheapened {
  CheapenedCounters result;
  ByteList bytes;
};

Cheapened cheapen(std::initializer_list<std::uint8_t> behind) {
  Cheapened cheapened;
  cheapened.bytes = counting(kAddress);
  cheapened.bytes.insert(cheapened.bytes.end(), behind);
  cheapened.result = cheapen_counters({{kAddress, cheapened.bytes}}, kCounters);
  return cheapened;
}

TEST(CounterCode, FlagsThatAreWrittenFirstNeedNotBeKept) {
  const Cheapened done = cheapen({0x39, 0xd8, 0x74, 0x00, 0xc3});  // cmp eax, ebx; je; ret
  EXPECT_EQ(done.result.sites, 1U);
  EXPECT_EQ(done.result.without_flags, 1U);
  EXPECT_EQ(done.bytes[16], 0x65);  // gs inc
  EXPECT_EQ(done.bytes[0], 0x66);   // a nop
}

TEST(CounterCode, FlagsThatAreReadAreKept) {
  const Cheapened done = cheapen({0x74, 0x00, 0xc3});  // je; ret
  EXPECT_EQ(done.result.without_flags, 0U);
  EXPECT_EQ(done.bytes[0], 0x50);
  EXPECT_EQ(done.bytes[16], 0x65);
}

TEST(CounterCode, IncrementKeepsTheCarryThatIsReadBehindIt) {
  const Cheapened done = cheapen({0xff, 0xc0, 0x72, 0x00, 0xc3});  // inc eax; jb; ret
  EXPECT_EQ(done.result.without_flags, 0U);
}

TEST(CounterCode, AShiftByClMayKeepAll) {
  const Cheapened done = cheapen({0xd3, 0xe0, 0x74, 0x00, 0xc3});  // shl eax, cl; je; ret
  EXPECT_EQ(done.result.without_flags, 0U);
}

TEST(CounterCode, AReturnEndsThem) { EXPECT_EQ(cheapen({0xc3}).result.without_flags, 1U); }

TEST(CounterCode, UnlessACallerReadsWhatACallLeft) {
  // ret; call (to itself); jb; ret
  const Cheapened done = cheapen({0xc3, 0xe8, 0xfa, 0xff, 0xff, 0xff, 0x72, 0x00, 0xc3});
  EXPECT_EQ(done.result.without_flags, 0U);
}

TEST(CounterCode, AnotherIncrementOfMemoryIsLeftAlone) {
  ByteList bytes = counting(kAddress - 0x100000);  // counts elsewhere
  const ByteList before = bytes;
  EXPECT_EQ(cheapen_counters({{kAddress, bytes}}, kCounters).sites, 0U);
  EXPECT_EQ(bytes, before);
}

}  // namespace
}  // namespace asmforge

#include "measure/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace asmforge {
namespace {

std::string letters(const std::vector<PlannedRun>& runs) {
  std::string text;
  for (const PlannedRun& run : runs) text += "ABCR"[static_cast<int>(run.arm)];
  return text;
}

std::vector<std::uint32_t> paddings(const std::vector<PlannedRun>& runs) {
  std::vector<std::uint32_t> values;
  for (const PlannedRun& run : runs) values.push_back(run.environment_padding_bytes);
  return values;
}

constexpr std::array<Arm, 2> kTwo = {Arm::kBefore, Arm::kAfter};
constexpr std::array<Arm, 3> kThree = {Arm::kBefore, Arm::kAfter, Arm::kReference};

TEST(Schedule, EveryBlockIsBalancedAndBothOrdersComeUp) {
  std::map<std::string, int> orders;
  for (std::uint32_t block = 0; block < 400; ++block)
    ++orders[letters(mirrored_block({7, Stage::kNatural, 0, block, 0}, kTwo))];
  ASSERT_EQ(orders.size(), 2U);
  // 400 coins: fewer than 150 of one side happens once in a million seeds, and the seed is fixed.
  EXPECT_GT(orders["ABBA"], 150);
  EXPECT_GT(orders["BAAB"], 150);
}

TEST(Schedule, AThirdArmIsMirroredToo) {
  std::set<std::string> orders;
  for (std::uint32_t block = 0; block < 100; ++block)
    orders.insert(letters(mirrored_block({7, Stage::kNatural, 0, block, 0}, kThree)));
  EXPECT_EQ(orders,
            (std::set<std::string>{"ABRRBA", "ARBBRA", "BARRAB", "BRAARB", "RABBAR", "RBAABR"}));
}

TEST(Schedule, TheSeedAndWhatIsDrawnDecide) {
  const DrawOf draw{1, Stage::kNatural, 0, 5, 0};
  const std::vector<PlannedRun> first = mirrored_block(draw, kTwo);
  EXPECT_EQ(paddings(first), paddings(mirrored_block(draw, kTwo)));
  for (const DrawOf& other :
       {DrawOf{2, Stage::kNatural, 0, 5, 0}, DrawOf{1, Stage::kRevert, 0, 5, 0},
        DrawOf{1, Stage::kNatural, 1, 5, 0}, DrawOf{1, Stage::kNatural, 0, 6, 0},
        DrawOf{1, Stage::kNatural, 0, 5, 1}})
    EXPECT_NE(paddings(first), paddings(mirrored_block(other, kTwo)));
}

TEST(Schedule, PaddingsCoverAPage) {
  std::uint32_t least = kPaddingBytes;
  std::uint32_t most = 0;
  for (std::uint32_t block = 0; block < 500; ++block)
    for (const std::uint32_t padding :
         paddings(mirrored_block({3, Stage::kNatural, 0, block, 0}, kTwo))) {
      EXPECT_LT(padding, kPaddingBytes);
      least = std::min(least, padding);
      most = std::max(most, padding);
    }
  EXPECT_LT(least, 64U);
  EXPECT_GT(most, kPaddingBytes - 64);
}

TEST(Schedule, ARoundHoldsEveryProgramOnceInAnotherOrder) {
  std::vector<PlannedRun> programs;
  for (std::uint32_t layout = 0; layout < 64; ++layout)
    for (const Arm arm : kTwo) programs.push_back({arm, Stage::kPlacement, layout, 0});
  const auto order_of = [](const std::vector<PlannedRun>& runs) {
    std::vector<std::pair<Arm, std::uint32_t>> order;
    for (const PlannedRun& run : runs) order.emplace_back(run.arm, run.layout);
    return order;
  };
  auto first = order_of(shuffled_round({9, Stage::kPlacement, 0, 0, 0}, programs));
  auto second = order_of(shuffled_round({9, Stage::kPlacement, 0, 1, 0}, programs));
  EXPECT_NE(first, second);
  std::sort(first.begin(), first.end());
  std::sort(second.begin(), second.end());
  EXPECT_EQ(first, order_of([&] {
              std::sort(programs.begin(), programs.end(), [](const auto& a, const auto& b) {
                return std::pair(a.arm, a.layout) < std::pair(b.arm, b.layout);
              });
              return programs;
            }()));
  EXPECT_EQ(first, second);
}

TEST(Schedule, ABlockMadeAgainKeepsItsOrderAndDrawsNewPaddings) {
  const std::vector<PlannedRun> runs = mirrored_block({1, Stage::kNatural, 0, 0, 0}, kTwo);
  const std::vector<PlannedRun> again = made_again({1, Stage::kNatural, 0, 0, 1}, runs);
  EXPECT_EQ(letters(runs), letters(again));
  EXPECT_NE(paddings(runs), paddings(again));
}

}  // namespace
}  // namespace asmforge

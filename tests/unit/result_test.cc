#include "core/result.h"

#include <gtest/gtest.h>

namespace asmforge {
namespace {

Result<int> half(int n) {
  if (n % 2 != 0) return Error{ErrorCode::kBadInput, "odd", ""};
  return n / 2;
}

Result<int> quarter(int n) {
  AF_TRY(const int h, half(n));
  AF_TRY(const int q, half(h));
  return q;
}

TEST(Result, TryPassesTheErrorOn) {
  EXPECT_EQ(*quarter(8), 2);
  EXPECT_EQ(quarter(6).error().within("reading 6").what, "reading 6: odd");
}

TEST(ResultDeathTest, ReadingAMissingValueEndsWithOurExitStatus) {
  EXPECT_EXIT(std::ignore = *half(1), testing::ExitedWithCode(4), "internal error");
}

}  // namespace
}  // namespace asmforge

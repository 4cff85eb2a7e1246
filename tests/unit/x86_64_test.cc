// The register numbering and the sets of the System V ABI.
#include "isa/x86_64.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace asmforge::x86_64 {
namespace {

TEST(X8664, NamesEveryRegisterOnceAndFindsItAgain) {
  unsigned named = 0;
  for (Register r = 0; r < kRegisterCount; ++r) {
    const std::string_view name = register_name(r);
    if (name.empty()) continue;
    ++named;
    EXPECT_EQ(register_from_name(name), r) << name;
  }
  EXPECT_EQ(named, 16 + 12 + 32 + 8 + 8 + 6 + 16 + 8U);
  EXPECT_EQ(register_name(kNoRegister), "");
}

TEST(X8664, KnowsWideVectorsByTheSameNumber) {
  EXPECT_EQ(register_from_name("ymm7"), kVector0 + 7);
  EXPECT_EQ(register_from_name("zmm31"), kVector0 + 31);
  EXPECT_EQ(register_from_name("zmm32"), std::nullopt);
  EXPECT_EQ(register_from_name("mmx"), std::nullopt);
  EXPECT_EQ(register_from_name(""), std::nullopt);
}

TEST(X8664, SplitsRegistersIntoSavedAndClobbered) {
  EXPECT_FALSE(callee_saved().intersects(call_clobbered()));
  for (const Register r : {kRbx, kRsp, kRbp, kR12, kR13, kR14, kR15})
    EXPECT_TRUE(callee_saved().contains(r)) << register_name(r);
  for (const Register r : {kRax, kRcx, kRdx, kRsi, kRdi, kR8, kR9, kR10, kR11, kVector0, kRflags})
    EXPECT_TRUE(call_clobbered().contains(r)) << register_name(r);
}

TEST(X8664, PassesArgumentsInOrder) {
  const Register order[] = {kRdi, kRsi, kRdx, kRcx, kR8, kR9};
  EXPECT_TRUE(std::ranges::equal(integer_arguments(), order));
  for (const Register r : order) EXPECT_TRUE(argument_registers().contains(r));
  EXPECT_FALSE(argument_registers().contains(kRbx));
  EXPECT_TRUE(return_registers().contains(kRax));
  EXPECT_FALSE(return_registers().contains(kRcx));
}

}  // namespace
}  // namespace asmforge::x86_64

#include "cli/select_function.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace asmforge {
namespace {

using ::testing::HasSubstr;

// Functions of 16 bytes each, one more byte from one to the next.
Binary binary_with(std::initializer_list<const char*> names) {
  Binary binary;
  binary.path = "prog";
  std::uint64_t address = 0x1000;
  std::uint64_t size = 16;
  for (const char* name : names) {
    binary.functions.push_back({.address = address, .size = size++, .name = name});
    address += 0x100;
  }
  return binary;
}

class Select : public ::testing::Test {
 protected:
  std::vector<Binary> binaries_ = [] {
    std::vector<Binary> all;
    all.push_back(binary_with({"main", "_ZN2ns6insertEi", "_ZN2ns5TableIiE6insertEc",
                               "_ZN2ns11insert_manyEv", "_ZL6helperv", "", "_ZN2ns5parseEi"}));
    return all;
  }();

  std::uint32_t chosen(std::string_view wanted) {
    const Result<FunctionRef> ref = select_function(binaries_, wanted);
    EXPECT_TRUE(ref.has_value()) << wanted << ": " << (ref ? "" : ref.error().what);
    return ref ? ref->function : kNoIndex;
  }
  Error refused(std::string_view wanted) {
    const Result<FunctionRef> ref = select_function(binaries_, wanted);
    EXPECT_FALSE(ref.has_value()) << wanted;
    return ref ? Error{} : ref.error();
  }
};

TEST_F(Select, BySymbolDemangledNameOrPart) {
  EXPECT_EQ(chosen("main"), 0u);
  EXPECT_EQ(chosen("_ZN2ns6insertEi"), 1u);
  EXPECT_EQ(chosen("ns::insert(int)"), 1u);
  EXPECT_EQ(chosen("ns::insert"), 1u);  // a whole name goes before ns::insert_many
  EXPECT_EQ(chosen("insert_many"), 3u);
  EXPECT_EQ(chosen("helper"), 4u);
  EXPECT_EQ(chosen("sub_1500"), 5u);
  EXPECT_EQ(chosen("parse(i"), 6u);
}

TEST_F(Select, ByNumberAndAddress) {
  EXPECT_EQ(chosen("3"), 3u);
  EXPECT_EQ(chosen("0x1100"), 1u);
  EXPECT_EQ(chosen("0x1105"), 1u);  // inside
  EXPECT_EQ(refused("7").code, ErrorCode::kNotFound);
  EXPECT_EQ(refused("99999999999999999999").code, ErrorCode::kNotFound);
  EXPECT_EQ(refused("0x10ff").code, ErrorCode::kNotFound);
}

TEST_F(Select, SeveralAreListedSurestThenLargestFirst) {
  const Error error = refused("insert");
  EXPECT_EQ(error.code, ErrorCode::kAmbiguous);
  EXPECT_EQ(error.what,
            "prog: 'insert' fits 3 functions; give the number of one, or more of its name");
  const std::size_t table = error.hint.find("       2       18 B  ns::Table<int>::insert(char)");
  const std::size_t plain = error.hint.find("       1       17 B  ns::insert(int)");
  const std::size_t many = error.hint.find("       3       19 B  ns::insert_many()");
  EXPECT_LT(table, plain);
  EXPECT_LT(plain, many);
  EXPECT_NE(many, std::string::npos);
}

TEST_F(Select, MisspeltNamesAreSuggested) {
  const Error error = refused("prase");
  EXPECT_EQ(error.code, ErrorCode::kNotFound);
  EXPECT_THAT(error.hint, HasSubstr("ns::parse(int)"));
  EXPECT_THAT(refused("completely_else").hint, HasSubstr("try asmforge list prog"));
}

TEST_F(Select, NumbersRunOnOverArchiveMembers) {
  binaries_.push_back(binary_with({"main", "other"}));
  const Result<FunctionRef> other = select_function(binaries_, "8");
  ASSERT_TRUE(other.has_value());
  EXPECT_EQ(*other, (FunctionRef{1, 1}));
  EXPECT_EQ(number_of(binaries_, *other), 8u);
  EXPECT_EQ(refused("main").code, ErrorCode::kAmbiguous);
}

// What symbols cannot decide is left to who knows all functions: among those without
// a name may be "sub_1add0".
TEST_F(Select, InSymbolsOnlyWhatNoOtherFunctionCouldChange) {
  const auto address = [&](std::string_view wanted) -> std::uint64_t {
    const Result<FunctionPlace> place = select_in_symbols(binaries_, wanted);
    return place ? place->address : 0;
  };
  EXPECT_EQ(address("main"), 0x1000u);
  EXPECT_EQ(address("0x1105"), 0x1105u);
  EXPECT_EQ(address("sub_1500"), 0x1500u);
  EXPECT_TRUE(select_in_symbols(binaries_, "sub_1500")->nameless);
  EXPECT_EQ(address("helper"), 0x1400u);
  EXPECT_EQ(address("ns::insert"), 0x1100u);
  EXPECT_EQ(address("elpe"), 0x1400u);
  EXPECT_EQ(address("e"), 0u);
  EXPECT_EQ(address("insert"), 0u);
  EXPECT_EQ(address("prase"), 0u);
  EXPECT_EQ(address("3"), 0u);
  binaries_.push_back(binary_with({"main", "b_addle", "made"}));
  EXPECT_EQ(address("main"), 0u);
  EXPECT_EQ(address("0x1105"), 0u);
  EXPECT_EQ(address("_addl"), 0x1100u);
  EXPECT_EQ(address("b_add"), 0u);
  EXPECT_EQ(address("ade"), 0u);
}

}  // namespace
}  // namespace asmforge

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

TEST_F(Select, ExactNeedsNoDemangling) {
  EXPECT_TRUE(select_exact(binaries_, "main").has_value());
  EXPECT_TRUE(select_exact(binaries_, "0x1100").has_value());
  EXPECT_FALSE(select_exact(binaries_, "0x1105").has_value());
  EXPECT_FALSE(select_exact(binaries_, "insert").has_value());
}

}  // namespace
}  // namespace asmforge

#include "base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace asmforge {
namespace {

std::string error_of(std::string_view text, const JsonLimits& limits = {}) {
  const auto value = parse_json(text, limits);
  return value ? "accepted" : value.error().what;
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(Json, ReadsEveryKindOfValue) {
  const auto value = parse_json(
      R"({"s":"a\nb","n":-5,"u":18446744073709551615,"f":1.5,"t":true,"z":null,"a":[1,[],{}]})");
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(*value->find("s")->string(), "a\nb");
  EXPECT_EQ(value->find("n")->integer(), -5);
  EXPECT_EQ(value->find("n")->natural(), std::nullopt);
  EXPECT_EQ(value->find("u")->natural(), 18446744073709551615U);
  EXPECT_EQ(value->find("u")->integer(), std::nullopt);
  EXPECT_EQ(value->find("f")->number(), 1.5);
  EXPECT_EQ(value->find("f")->integer(), std::nullopt);
  EXPECT_EQ(value->find("t")->boolean(), true);
  EXPECT_TRUE(value->find("z")->is_null());
  ASSERT_EQ(value->find("a")->array()->size(), 3U);
  EXPECT_EQ((*value->find("a")->array())[0].integer(), 1);
  EXPECT_EQ(value->find("none"), nullptr);
  EXPECT_EQ(value->find("s")->find("x"), nullptr);
  EXPECT_EQ(value->find("s")->array(), nullptr);
}

TEST(Json, KeepsTheOrderAndFindsTheLastOfTwins) {
  const auto value = parse_json(R"({"b":1,"a":2,"b":3})");
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(value->object()->front().first, "b");
  EXPECT_EQ(value->find("b")->integer(), 3);
}

TEST(Json, NestedValuesKeepTheirPlaces) {
  const auto value = parse_json(R"([[1,2],[[3],{"x":[4]}],5])");
  ASSERT_TRUE(value.has_value());
  const auto& outer = *value->array();
  ASSERT_EQ(outer.size(), 3U);
  EXPECT_EQ((*outer[0].array())[1].integer(), 2);
  EXPECT_EQ((*(*outer[1].array())[0].array())[0].integer(), 3);
  EXPECT_EQ((*(*outer[1].array())[1].find("x")->array())[0].integer(), 4);
  EXPECT_EQ(outer[2].integer(), 5);
}

TEST(Json, SaysTheLineOfAMistake) {
  EXPECT_EQ(error_of("[1,\n2,\n}"), "line 3 is not JSON, at \"2,<U+000A>}\"");
  EXPECT_EQ(error_of("[1,\n"), "the JSON ends too early, in line 2");
  EXPECT_EQ(error_of(""), "the JSON ends too early, in line 1");
  EXPECT_NE(error_of("{} {}"), "accepted");
  EXPECT_NE(error_of("[1,]"), "accepted");
  EXPECT_NE(error_of("\"\xff\""), "accepted");
  EXPECT_NE(error_of("[1e999]"), "accepted");
}

TEST(Json, HoldsItsLimits) {
  EXPECT_EQ(error_of(nested(64)), "accepted");
  EXPECT_EQ(error_of(nested(65)), "the JSON is nested more than 64 deep");
  EXPECT_EQ(error_of(nested(5'000'000)), "the JSON is nested more than 64 deep");
  EXPECT_EQ(error_of("[1,2,3]", {.values = 3}), "the JSON has more than 3 values");
  EXPECT_EQ(error_of("[1,2,3]", {.bytes = 6}), "the JSON is larger than 6 bytes");
}

TEST(Json, AFileThatIsNoneIsAnError) {
  EXPECT_FALSE(read_json_file("/no/such/file").has_value());
  EXPECT_FALSE(read_json_file("/usr").has_value());
}

}  // namespace
}  // namespace asmforge

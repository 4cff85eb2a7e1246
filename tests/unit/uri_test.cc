#include "report/uri.h"

#include <gtest/gtest.h>

#include <string>

namespace asmforge {
namespace {

TEST(UriTest, EveryByteThatMeansSomethingIsEncoded) {
  EXPECT_EQ(uri_path("src/a-b_c.d~e/F9.cc"), "src/a-b_c.d~e/F9.cc");
  EXPECT_EQ(uri_path("my src/100%.c"), "my%20src/100%25.c");
  EXPECT_EQ(uri_path("javascript:alert(1)?#"), "javascript%3Aalert%281%29%3F%23");
  EXPECT_EQ(uri_path(std::string("\xff\n\0", 3)), "%FF%0A%00");
  EXPECT_EQ(uri_path("\xc3\xa9"), "%C3%A9");
  EXPECT_EQ(file_uri("/tmp/a b"), "file:///tmp/a%20b");
}

}  // namespace
}  // namespace asmforge

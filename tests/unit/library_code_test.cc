// What is the user's own, by source lines and by names.
#include "audit/library_code.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "mc/demangle.h"

namespace asmforge {
namespace {

Finding at(const std::vector<std::string>& files, const std::string& directory = "") {
  Finding finding;
  finding.function = "_ZNSt6vectorIiSaIiEE4growEv";
  for (const std::string& file : files)
    finding.source.frames.push_back({"", file, directory, 7, 1});
  return finding;
}

bool by_name(const std::string& mangled) {
  Finding finding;
  finding.function = mangled;
  finding.demangled = demangle(mangled);
  return is_library_code(finding);
}

TEST(LibraryCodeTest, SourceLinesSayWhoseItIs) {
  EXPECT_TRUE(is_library_code(at({"/usr/include/c++/12/bits/stl_vector.h"})));
  EXPECT_TRUE(
      is_library_code(at({"/usr/lib/gcc/x86_64-linux-gnu/12/../../../../include/c++/12/vector"})));
  EXPECT_TRUE(is_library_code(at({"/rustc/90b35a62/library/core/src/slice/index.rs"})));
  EXPECT_TRUE(is_library_code(at({"library/core/src/slice/index.rs"}, "/rustc/90b35a62")));
  EXPECT_FALSE(is_library_code(at({"/opt/parser/usr/include/parse.h"})));
  EXPECT_FALSE(is_library_code(at({"parse.cc"}, "/opt/parser")));
}

TEST(LibraryCodeTest, LibraryCodeInlinedIntoTheUsersIsTheUsers) {
  EXPECT_FALSE(is_library_code(at({"/usr/include/c++/12/bits/stl_vector.h", "parse.cc"})));
  // A closure of the user's in the library's loop.
  EXPECT_FALSE(is_library_code(at({"main.rs", "/rustc/90b35a62/library/core/src/iter.rs"})));
}

TEST(LibraryCodeTest, WithoutSourceTheNameSays) {
  EXPECT_TRUE(by_name("_ZNSt6vectorIiSaIiEE17_M_realloc_insertEv"));
  EXPECT_TRUE(by_name("_ZSt4sortIPiEvT_S1_"));
  EXPECT_TRUE(by_name("_ZN4core5slice4sort7recurse17h0123456789abcdefE"));
  EXPECT_TRUE(by_name("_RNvNtCs1234_4core5slice4sort"));
  EXPECT_FALSE(by_name("_ZN4core5slice4sortEv"));  // a C++ namespace of the user's
  EXPECT_FALSE(by_name("_ZN5parse4core17h0123456789abcdefE"));
  EXPECT_FALSE(by_name("_ZN8standard4sortEv"));
  EXPECT_FALSE(by_name("main"));
  EXPECT_FALSE(by_name(""));
}

}  // namespace
}  // namespace asmforge

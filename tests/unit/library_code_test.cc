// What is the user's own, by source lines and by names.
#include "audit/library_code.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "../support/built_program.h"
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
  EXPECT_TRUE(is_library_code(at({"/rust/deps/memchr-2.7.6/src/memchr.rs"})));
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

// An implementation lies in the crate of the type or in that of the trait.
TEST(LibraryCodeTest, AnImplementationIsTheLibrarysWhenTypeAndTraitAre) {
  const auto rust = [](const std::string& demangled) {
    Finding finding;
    finding.function = "_RNv";
    finding.demangled = demangled;
    return is_library_code(finding);
  };
  EXPECT_TRUE(rust("<core::str::Chars as core::iter::Iterator>::next"));
  EXPECT_TRUE(rust("<&mut dyn std::io::Write as core::fmt::Write>::write_str"));
  EXPECT_TRUE(rust("<[u8] as alloc::slice::Concat<u8>>::concat"));
  EXPECT_FALSE(rust("<core::option::Option<u8> as parser::Next>::next"));
  EXPECT_FALSE(rust("<parser::Words as core::iter::Iterator>::next"));
  EXPECT_FALSE(rust("<fn(u8) -> u8 as parser::Next>::next"));
}

// What std was built from has no lines in a program whose other functions do.
TEST(LibraryCodeTest, CratesInsideStdAreTheLibrarys) {
  const testing_support::BuiltProgram program("rustc -O -g", ".rs",
                                              "fn main() { println!(\"lines\"); }\n");
  std::vector<Finding> findings(2);
  findings[0].function = "_RNvCsgY6Mt91CT9J_14rustc_demangle8demangle";
  findings[1].function = "_RNvCsgY6Mt91CT9J_4user8demangle";
  for (Finding& finding : findings) finding.demangled = demangle(finding.function);
  mark_library_code(program.binary(), findings);
  EXPECT_TRUE(findings[0].library_code);
  EXPECT_FALSE(findings[1].library_code);
  Binary stripped = program.binary();
  stripped.has_debug_info = false;
  mark_library_code(stripped, findings);
  EXPECT_FALSE(findings[0].library_code);
}

// A crate of that name that is compiled here is the user's, also where a line is missing.
TEST(LibraryCodeTest, SuchACrateOfTheUsersIsTheUsers) {
  const testing_support::BuiltProgram program(
      "rustc -O -g --crate-type=cdylib --crate-name miniz_oxide", ".rs",
      "#[inline(never)] fn sum(x: &[u64]) -> u64 { x.iter().sum() }\n"
      "#[no_mangle] pub fn entry(x: &[u64]) -> u64 { sum(x) + sum(&x[1..]) }\n");
  std::vector<Finding> findings(1);
  findings[0].function = "_RNvCsgY6Mt91CT9J_11miniz_oxide3sum";
  findings[0].demangled = demangle(findings[0].function);
  mark_library_code(program.binary(), findings);
  EXPECT_FALSE(findings[0].library_code);
}

}  // namespace
}  // namespace asmforge

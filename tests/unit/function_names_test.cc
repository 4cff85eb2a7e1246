#include "cli/function_names.h"

#include <gtest/gtest.h>

namespace asmforge {
namespace {

struct Parts {
  const char* demangled;
  const char* whole;
  const char* last;
};
constexpr Parts kParts[] = {
    {"main", "main", "main"},
    {"sum(int const*, unsigned long)", "sum", "sum"},
    {"ns::Table<int>::insert(char) const", "ns::Table<int>::insert", "insert"},
    {"void ns::f<std::vector<int> >(int)", "ns::f<std::vector<int> >", "f"},
    {"(anonymous namespace)::helper(int)", "(anonymous namespace)::helper", "helper"},
    {"ns::(anonymous namespace)::f()", "ns::(anonymous namespace)::f", "f"},
    {"A::operator()(int) const", "A::operator()", "operator()"},
    {"std::operator<<(std::ostream&, char)", "std::operator<<", "operator<<"},
    {"bool operator< <int>(A, B)", "operator< <int>", "operator<"},
    {"operator new(unsigned long)", "operator new", "operator new"},
    {"A::operator bool() const", "A::operator bool", "operator bool"},
    {"A::operator->() const", "A::operator->", "operator->"},
    {"alloc::vec::Vec<T,A>::push", "alloc::vec::Vec<T,A>::push", "push"},
    {"<alloc::vec::Vec<T> as core::ops::drop::Drop>::drop",
     "<alloc::vec::Vec<T> as core::ops::drop::Drop>::drop", "drop"},
    {"app::run::{{closure}}", "app::run::{{closure}}", "{{closure}}"},
    {"A::~A()", "A::~A", "~A"},
    {"f(void (*)(int))", "f", "f"},
    {"", "", ""},
};

TEST(FunctionNames, Parts) {
  for (const Parts& p : kParts) {
    EXPECT_EQ(whole_name(p.demangled), p.whole) << p.demangled;
    EXPECT_EQ(last_part(p.demangled), p.last) << p.demangled;
  }
}

TEST(FunctionNames, PrefilterNeverLosesAName) {
  const auto may_demangle_to = [](std::string_view mangled, std::string_view part) {
    return has_all_words(mangled, words_in_mangled(part));
  };
  EXPECT_TRUE(may_demangle_to("_ZN2ns3fooEi", "ns::foo"));
  EXPECT_TRUE(may_demangle_to("_ZN2ns3fooEi", "fo"));
  EXPECT_TRUE(may_demangle_to("_ZN2ns3fooEi", "foo(int)"));
  EXPECT_TRUE(may_demangle_to("_Z3fooj", "foo(unsigned int)"));
  EXPECT_TRUE(may_demangle_to("_Z3fooSs", "std::string"));
  EXPECT_TRUE(may_demangle_to("_Z3fooILi42EEvv", "foo<42>"));
  EXPECT_FALSE(may_demangle_to("_ZN2ns3fooEi", "bar"));
  EXPECT_FALSE(may_demangle_to("_ZN2ns3fooEi", "ns::bar"));
}

}  // namespace
}  // namespace asmforge

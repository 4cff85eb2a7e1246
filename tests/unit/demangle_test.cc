// Names as linkers see them, and as people wrote them.
#include "mc/demangle.h"

#include <gtest/gtest.h>

#include <string>

namespace asmforge {
namespace {

struct Row {
  std::string mangled;
  std::string readable;
};

const Row kRows[] = {
    {"main", "main"},
    {"", ""},
    {"_Z", "_Z"},
    {"_Zork", "_Zork"},
    {"_DYNAMIC", "_DYNAMIC"},
    {"_Z3addii", "add(int, int)"},
    {"_ZNSt6vectorIiSaIiEE9push_backEOi",
     "std::vector<int, std::allocator<int>>::push_back(int&&)"},
    {"_ZN3foo3barEv.cold", "foo::bar() (.cold)"},
    // Legacy Rust: the hash goes, escapes are spelled out.
    {"_ZN4core3fmt9Formatter3pad17h0123456789abcdefE", "core::fmt::Formatter::pad"},
    {"_ZN4core3ptr42drop_in_place$LT$alloc..string..String$GT$17h0123456789abcdefE",
     "core::ptr::drop_in_place<alloc::string::String>"},
    {"_ZN60_$LT$alloc..string..String$u20$as$u20$core..fmt..Display$GT$3fmt17h0123456789abcdefE",
     "<alloc::string::String as core::fmt::Display>::fmt"},
    // No hash: C++.
    {"_ZN4core3fmt9Formatter3padEv", "core::fmt::Formatter::pad()"},
    // Rust v0.
    {"_RNvNtCs1234_7mycrate3foo3bar", "mycrate::foo::bar"},
    {"_RINvNtC3std3mem8align_ofdE", "std::mem::align_of::<f64>"},
    {"_D8demangle4testi", "demangle.test"},
};

TEST(Demangle, PrintsNamesAsTheyWereWritten) {
  for (const Row& row : kRows) EXPECT_EQ(demangle(row.mangled), row.readable);
}

TEST(Demangle, ReturnsVeryLongNamesAsTheyAre) {
  const std::string name = "_Z1f" + std::string(70'000, 'P') + "i";
  EXPECT_EQ(demangle(name), name);
}

TEST(Demangle, SurvivesDeepNesting) {
  const std::string name = "_Z1f" + std::string(60'000, 'P') + "i";
  EXPECT_EQ(demangle(name).size(), 60'000 + std::string("f(int)").size());
}

// f<X<X<...>, X<...>>>: each level names the level before it twice.
std::string doubling_cxx(unsigned levels) {
  constexpr char kDigits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::string name = "_Z1fN1XIiiEE";  // S_ is X, S0_ is X<int, int>
  for (unsigned i = 0; i < levels; ++i) {
    const std::string last = {'S', kDigits[i], '_'};
    name.append("S_I").append(last).append(last).append("E");
  }
  return name;
}

TEST(Demangle, RefusesWhatSubstitutionsBlowUp) {
  EXPECT_GT(demangle(doubling_cxx(8)).size(), 1000U);
  for (const unsigned levels : {24U, 34U}) {
    const std::string name = doubling_cxx(levels);
    EXPECT_EQ(demangle(name), name);
  }
}

// A tuple of the tuple before it, twice.
std::string doubling_rust(unsigned levels) {
  constexpr char kDigits[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const auto reference = [&](std::size_t position) {
    std::string digits;
    if (position == 0) return std::string("B_");
    std::size_t n = position - 1;
    do {
      digits.insert(digits.begin(), kDigits[n % 62]);
      n /= 62;
    } while (n != 0);
    return "B" + digits + "_";
  };
  std::string name = "INvC1a1f";
  std::size_t last = name.size();
  name +=
      "Tll"
      "E";
  for (unsigned i = 0; i < levels; ++i) {
    const std::size_t here = name.size();
    name.append("T").append(reference(last)).append(reference(last)).append("E");
    last = here;
  }
  return "_R" + name + "E";
}

TEST(Demangle, RefusesWhatBackReferencesBlowUp) {
  EXPECT_GT(demangle(doubling_rust(8)).size(), 1000U);
  EXPECT_GT(demangle(doubling_rust(15)).size(), 100'000U);
  for (const unsigned levels : {24U, 60U}) {
    const std::string name = doubling_rust(levels);
    EXPECT_EQ(demangle(name), name);
  }
}

}  // namespace
}  // namespace asmforge

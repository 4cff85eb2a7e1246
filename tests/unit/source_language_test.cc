#include "core/source_language.h"

#include <gtest/gtest.h>

namespace asmforge {
namespace {

constexpr std::string_view kLegacy = "_ZN4core3str3len17h0123456789abcdefE";

TEST(SourceLanguage, RustIsKnownByItsMangling) {
  EXPECT_TRUE(is_rust_symbol(kLegacy));
  EXPECT_TRUE(is_rust_symbol("_ZN4core3str3len17h0123456789abcdefE.llvm.4711"));
  EXPECT_TRUE(is_rust_symbol("_RNvCs1234_7mycrate3foo"));
  EXPECT_FALSE(is_legacy_rust_symbol("_RNvCs1234_7mycrate3foo"));
}

TEST(SourceLanguage, CxxIsNot) {
  for (const char* symbol :
       {"", "main", "_ZN4core3str3lenEv", "_ZN3abc17h0123456789abcdeE", "_ZN17h0123456789abcdeXEv",
        "17h0123456789abcdefE", "_ZN4core17h0123456789ABCDEFE"})
    EXPECT_FALSE(is_rust_symbol(symbol)) << symbol;
}

SourceLanguage of(std::string_view symbol, const char* file) {
  Finding finding;
  finding.function = symbol;
  if (file != nullptr) {
    finding.source.frames.resize(1);
    finding.source.frames.front().file = file;
  }
  return language_of(finding);
}

TEST(SourceLanguage, TheFileSaysMoreThanTheSymbol) {
  EXPECT_EQ(of(kLegacy, "a.c"), SourceLanguage::kC);
  EXPECT_EQ(of("exported", "lib.rs"), SourceLanguage::kRust);
  EXPECT_EQ(of(kLegacy, nullptr), SourceLanguage::kRust);
  EXPECT_EQ(of("_ZN3std6vectorIiE2atEm", nullptr), SourceLanguage::kC);
  EXPECT_EQ(of("exported", nullptr), SourceLanguage::kUnknown);
}

}  // namespace
}  // namespace asmforge

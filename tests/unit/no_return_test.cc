#include "isa/no_return.h"

#include <gtest/gtest.h>

namespace asmforge {
namespace {

struct Case {
  const char* name;
  NoReturn kind;
};

TEST(NoReturn, KnowsNamesAsTheyStandInObjectFiles) {
  const Case cases[] = {
      // C.
      {"abort", NoReturn::kExit},
      {"exit", NoReturn::kExit},
      {"__stack_chk_fail", NoReturn::kAssertion},
      {"__assert_fail", NoReturn::kAssertion},
      {"_Unwind_Resume", NoReturn::kThrow},
      {"__cxa_throw", NoReturn::kThrow},
      {"__ubsan_handle_add_overflow_abort", NoReturn::kAssertion},
      {"__asan_report_load8", NoReturn::kAssertion},
      // C++.
      {"_ZSt9terminatev", NoReturn::kExit},
      {"_ZSt20__throw_length_errorPKc", NoReturn::kThrow},
      {"_ZSt24__throw_out_of_range_fmtPKcz", NoReturn::kBounds},
      {"_ZSt21__glibcxx_assert_failPKciS0_S0_", NoReturn::kAssertion},
      {"_ZSt17rethrow_exceptionNSt15__exception_ptr13exception_ptrE", NoReturn::kThrow},
      {"_ZN4llvm18report_fatal_errorEPKcb", NoReturn::kExit},
      {"_ZNSt3__120__throw_length_errorB8ne190107EPKc", NoReturn::kThrow},
      // Rust, v0, from rustc 1.95.
      {"_RNvNtCsgEmfK2I1SDS_4core9panicking18panic_bounds_check", NoReturn::kBounds},
      {"_RNvNtCsgEmfK2I1SDS_4core9panicking9panic_fmt", NoReturn::kPanic},
      {"_RNvNtNtCsgEmfK2I1SDS_4core9panicking11panic_const23panic_const_div_by_zero",
       NoReturn::kPanic},
      {"_RINvNtCsgEmfK2I1SDS_4core9panicking13assert_failedjjEB4_", NoReturn::kPanic},
      {"_RNvNtNtCsgEmfK2I1SDS_4core5slice5index16slice_index_fail", NoReturn::kBounds},
      {"_RNvNvNtCsgEmfK2I1SDS_4core5slice20copy_from_slice_impl17len_mismatch_fail",
       NoReturn::kBounds},
      {"_RNvNvMs_NtCslNYArtu3iFV_5alloc3vecINtB6_3VecppE6remove13assert_failed", NoReturn::kBounds},
      {"_RNvNtCslNYArtu3iFV_5alloc7raw_vec12handle_error", NoReturn::kPanic},
      {"_RNvNtCsgEmfK2I1SDS_4core6option13unwrap_failed", NoReturn::kPanic},
      {"_RNvNtCsgEmfK2I1SDS_4core4cell22panic_already_borrowed", NoReturn::kPanic},
      {"_RNvNtCsjrHSEGnQ3l9_3std7process4exit", NoReturn::kExit},
      {"_RINvNtCsjrHSEGnQ3l9_3std9panicking11begin_paniclECslHfvOoFumlP_6panics", NoReturn::kPanic},
      {"_RNvCsfLfy6EI15iL_7___rustc17rust_begin_unwind", NoReturn::kPanic},
      // Rust, legacy.
      {"_ZN4core9panicking18panic_bounds_check17h0123456789abcdefE", NoReturn::kBounds},
      {"_ZN4core9panicking5panic17h0123456789abcdefE", NoReturn::kPanic},
      {"_ZN4core5slice5index24slice_end_index_len_fail17h0123456789abcdefE", NoReturn::kBounds},
      {"_ZN5alloc5alloc18handle_alloc_error17h0123456789abcdefE", NoReturn::kPanic},
      {"_ZN3std9panicking11begin_panic17h0123456789abcdefE", NoReturn::kPanic},
  };
  for (const Case& c : cases) EXPECT_EQ(no_return_by_name(c.name), c.kind) << c.name;
}

TEST(NoReturn, LeavesAloneWhatMayReturn) {
  const char* const names[] = {
      "",
      "main",
      "aborted",
      "exit_handler",
      "_Unwind_RaiseException",
      "__ubsan_handle_add_overflow",
      "__asan_report_load8_noabort",
      "_ZN4core3fmt9Formatter9write_str17h0123456789abcdefE",
      "_ZN3std9panicking3try17h0123456789abcdefE",
      "_ZN4game9panicking5panicEv",
      "_ZNSt6vectorIiSaIiEE2atEm",
      "_RNvNtCsjrHSEGnQ3l9_3std9panicking14payload_as_str",
      "_RNvMsa_NtCsgEmfK2I1SDS_4core3fmtNtB5_9Formatter9write_str",
      // Debug of a type that lives in core::panicking.
      "_RNvXs_NtCsgEmfK2I1SDS_4core9panickingNtB5_10AssertKindNtNtB7_3fmt5Debug3fmt",
      "_RNvMs4_NtCslNYArtu3iFV_5alloc7raw_vecNtB5_11RawVecInner11finish_growCslHfvOoFumlP_6panics",
      "_RNvNtCs1_4mine9panicking5panic",
  };
  for (const char* name : names) EXPECT_EQ(no_return_by_name(name), NoReturn::kNotKnown) << name;
}

TEST(NoReturn, SurvivesHostileNames) {
  EXPECT_EQ(path_of_mangled("_R"), "");
  EXPECT_EQ(path_of_mangled("_RN"), "");
  EXPECT_EQ(path_of_mangled("_RNvB_3foo"), "");  // refers to itself
  EXPECT_EQ(path_of_mangled("_RNvC99999999999999999999a"), "");
  EXPECT_EQ(path_of_mangled("_ZN99999999999999999999aE"), "");
  EXPECT_EQ(path_of_mangled("_ZN4core"), "");
  EXPECT_EQ(path_of_mangled("_R" + std::string(100'000, 'N')), "");
  EXPECT_EQ(path_of_mangled("_RI" + std::string(100'000, 'S')), "");
  // Each tuple refers many times to the one before it.
  std::string growing = "IC1a";
  std::size_t before = growing.size();
  growing += "TuE";
  for (int level = 0; level < 9; ++level) {
    const std::size_t here = growing.size();
    const char digit[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    growing += "T";
    for (int i = 0; i < 60; ++i) {
      growing += "B";
      const std::size_t value = before - 1;
      if (value >= 62) growing += digit[value / 62 % 36];
      growing += digit[value % 36];
      growing += "_";
    }
    growing += "E";
    before = here;
  }
  EXPECT_EQ(no_return_by_name("_R" + growing + "E"), NoReturn::kNotKnown);
  std::string crates = "_ZN";
  for (int i = 0; i < 10'000; ++i) crates += "1a";
  EXPECT_EQ(path_of_mangled(crates + "E"), "");
}

}  // namespace
}  // namespace asmforge

// Error rates, coverage and power over thousands of made samples. The sanitizers look for other
// faults, which a test's single samples show them as well, and would take minutes over these.
#pragma once

#include <gtest/gtest.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ASMFORGE_RATES_TEST() GTEST_SKIP() << "rates are judged in the build without sanitizers"
#define ASMFORGE_SANITIZED 1
#endif
#endif
#ifndef ASMFORGE_RATES_TEST
#define ASMFORGE_RATES_TEST()
#define ASMFORGE_SANITIZED 0
#endif

namespace asmforge::testing_support {

// For loops over random inputs whose number is no part of what they claim.
inline constexpr bool kSanitized = ASMFORGE_SANITIZED != 0;

}  // namespace asmforge::testing_support

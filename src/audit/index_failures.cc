#include "audit/index_failures.h"

#include <algorithm>
#include <array>

namespace asmforge {
namespace {

enum class Match { kWhole, kPart };

struct Row {
  std::string_view name;
  Match match;
};

// Identifiers in Rust's manglings carry their length ("9panicking"), v0 and
// legacy alike, so a part of the mangled name is as exact as its path.
constexpr std::array kIndexFailures{
    // core::panicking::panic_bounds_check: a[i]
    Row{"9panicking18panic_bounds_check", Match::kPart},
    // core::slice::index: a[i..j]. One function since Rust 1.93, several before.
    Row{"5slice5index16slice_index_fail", Match::kPart},
    Row{"5slice5index26slice_start_index_len_fail", Match::kPart},
    Row{"5slice5index24slice_end_index_len_fail", Match::kPart},
    Row{"5slice5index22slice_index_order_fail", Match::kPart},
    Row{"5slice5index31slice_start_index_overflow_fail", Match::kPart},
    Row{"5slice5index29slice_end_index_overflow_fail", Match::kPart},
    // libstdc++: at() of vector, deque, string, array and span, substr() and the
    // like. The plain __throw_out_of_range serves map::at and stoi: no row.
    Row{"_ZSt24__throw_out_of_range_fmtPKcz", Match::kWhole},
    // libc++: at() of vector and string when the library holds their instantiation.
    Row{"_ZNKSt3__120__vector_base_commonILb1EE20__throw_out_of_rangeEv", Match::kWhole},
    Row{"_ZNKSt3__121__basic_string_commonILb1EE20__throw_out_of_rangeEv", Match::kWhole},
    // -fsanitize=bounds with -fno-sanitize-recover
    Row{"__ubsan_handle_out_of_bounds_abort", Match::kWhole},
};

constexpr std::array<std::string_view, 1> kAssertions{
    "_ZSt21__glibcxx_assert_failPKciS0_S0_",  // -D_GLIBCXX_ASSERTIONS, libstdc++ 12 and later
};

// bits/stl_vector.h, array, span, deque, bitset, bits/basic_string.h, string_view.
constexpr std::array<std::string_view, 5> kIndexConditions{
    "__n < this->size()", "__n < size()",         "__idx < size()",
    "__pos <= size()",    "__pos < this->_M_len",
};

}  // namespace

bool is_index_failure(std::string_view mangled) {
  return std::any_of(kIndexFailures.begin(), kIndexFailures.end(), [&](const Row& row) {
    return row.match == Match::kWhole ? mangled == row.name
                                      : mangled.find(row.name) != std::string_view::npos;
  });
}

bool is_assertion_with_condition(std::string_view mangled) {
  return std::find(kAssertions.begin(), kAssertions.end(), mangled) != kAssertions.end();
}

bool is_index_condition(std::string_view condition) {
  return std::find(kIndexConditions.begin(), kIndexConditions.end(), condition) !=
         kIndexConditions.end();
}

}  // namespace asmforge

// Functions that never come back, known by their names.
//
//     call qword ptr [rip + _RNvNtCsa_4core9panicking18panic_bounds_check@GOTPCREL]
//
// What follows such a call is not its continuation. Names are matched as they
// stand in the object file, mangled: C, C++ (Itanium), Rust (v0 and legacy).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace asmforge {

enum class NoReturn : std::uint8_t {
  kNotKnown,   // the name says nothing: it may return
  kBounds,     // an index or slice out of range: panic_bounds_check, __throw_out_of_range
  kPanic,      // another Rust panic: overflow, unwrap, borrow, allocation
  kAssertion,  // a failed assertion: __assert_fail, __glibcxx_assert_fail, sanitizers
  kThrow,      // raises or goes on with an exception
  kExit,       // ends the process or thread, or jumps elsewhere
};
std::string_view to_string(NoReturn kind);

// `name` as in the object file, without symbol version.
NoReturn no_return_by_name(std::string_view name);
inline bool is_no_return_name(std::string_view name) {
  return no_return_by_name(name) != NoReturn::kNotKnown;
}

// The names of a mangled function's path, without types and hashes, joined by
// "::": "core::panicking::panic_bounds_check", "alloc::vec::{impl}::remove". Empty
// when the name is not mangled, belongs to a trait's implementation, or is too
// involved; such names match no path.
std::string path_of_mangled(std::string_view mangled);

}  // namespace asmforge

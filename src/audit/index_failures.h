// The functions that report "index out of range" and never return, by name.
//
//     call qword ptr [rip + _RNvNtCs..._4core9panicking18panic_bounds_check@GOT]
//     call _ZSt24__throw_out_of_range_fmtPKcz@plt
#pragma once

#include <string_view>

namespace asmforge {

// Mangled names, as in the object file.
bool is_index_failure(std::string_view mangled);

// Reports any failed assertion; its condition, a string in rcx, tells which.
bool is_assertion_with_condition(std::string_view mangled);
// "__n < this->size()": the conditions of libstdc++ that check an index.
bool is_index_condition(std::string_view condition);

}  // namespace asmforge

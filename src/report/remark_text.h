// What compilers said, for people.
#pragma once

#include <string>

#include "core/remark.h"

namespace asmforge {

// "loop not vectorized: cannot identify array bounds (loop-vectorize, sum.c:4)"
std::string remark_text(const JoinedRemark& remark);

// "3 of 412 in 1 file are of findings; 409 elsewhere, 0 of one of several places, 0 unreadable"
std::string remark_totals_text(const RemarkTotals& totals);

}  // namespace asmforge

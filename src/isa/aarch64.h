// The registers of AArch64 and what its procedure call standard says about them.
//
// Numbers are those of RegisterSet: one a full register. w3 and x3 are one, b3, h3, s3, d3, q3,
// v3 and z3 another. xzr and wzr have none: nothing is read from them and nothing written.
#pragma once

#include <optional>
#include <string_view>

#include "core/register_set.h"
#include "isa/isa.h"

namespace asmforge::aarch64 {

inline constexpr Register kX0 = 0;  // to x30, in encoding order
inline constexpr Register kX16 = 16;
inline constexpr Register kX17 = 17;
inline constexpr Register kX18 = 18;
inline constexpr Register kX29 = 29;
inline constexpr Register kX30 = 30;
inline constexpr Register kSp = 31;
inline constexpr Register kPc = 32;
inline constexpr Register kNzcv = 33;  // the four flags as one
inline constexpr Register kFpcr = 34;
inline constexpr Register kFpsr = 35;
inline constexpr Register kThreadPointer = 36;  // tpidr_el0
inline constexpr Register kFirstFault = 37;     // ffr of SVE
inline constexpr Register kVectorLength = 38;   // vg: what addvl, cntd and ld1 with `mul vl` read
inline constexpr Register kMatrix = 39;         // za of SME, all tiles as one
inline constexpr Register kLookupTable = 40;    // zt0 of SME2
inline constexpr Register kFp8Mode = 41;        // fpmr
inline constexpr Register kVector0 = 48;        // 32 of them
inline constexpr Register kPredicate0 = 80;     // p0 to p15; pn8 to pn15 lie on the last ones
inline constexpr Register kRegisterCount = 96;

// "x0", "v3" (whatever the width), "sp", "nzcv"; empty for numbers without a register.
std::string_view register_name(Register r);
// The inverse, for the same names.
std::optional<Register> register_from_name(std::string_view name);

constexpr bool is_general(Register r) { return r <= kSp; }
constexpr bool is_vector(Register r) { return r >= kVector0 && r < kVector0 + 32; }
constexpr bool is_predicate(Register r) { return r >= kPredicate0 && r < kPredicate0 + 16; }

inline constexpr Register kStackPointer = kSp;
inline constexpr Register kFramePointer = kX29;
inline constexpr Register kLinkRegister = kX30;

// Procedure Call Standard for the Arm 64-bit Architecture 2024Q3, sections 6.1 and 6.8. Of v8 to
// v15 the callee keeps the low 64 bits: they are callee-saved and clobbered.
const IsaFacts& facts();

}  // namespace asmforge::aarch64

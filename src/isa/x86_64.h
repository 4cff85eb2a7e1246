// The registers of x86-64 and what System V says about them.
//
// Numbers are those of RegisterSet: one a full register, in encoding order.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "core/register_set.h"
#include "isa/isa.h"

namespace asmforge::x86_64 {

inline constexpr Register kRax = 0;
inline constexpr Register kRcx = 1;
inline constexpr Register kRdx = 2;
inline constexpr Register kRbx = 3;
inline constexpr Register kRsp = 4;
inline constexpr Register kRbp = 5;
inline constexpr Register kRsi = 6;
inline constexpr Register kRdi = 7;
inline constexpr Register kR8 = 8;
inline constexpr Register kR9 = 9;
inline constexpr Register kR10 = 10;
inline constexpr Register kR11 = 11;
inline constexpr Register kR12 = 12;
inline constexpr Register kR13 = 13;
inline constexpr Register kR14 = 14;
inline constexpr Register kR15 = 15;
inline constexpr Register kRip = 16;
inline constexpr Register kRflags = 17;         // all status flags as one
inline constexpr Register kDirectionFlag = 18;  // apart: string instructions read it alone
inline constexpr Register kMxcsr = 19;
inline constexpr Register kX87Control = 20;
inline constexpr Register kX87Status = 21;  // with the tag word
inline constexpr Register kShadowStack = 22;
inline constexpr Register kFsBase = 23;
inline constexpr Register kGsBase = 24;
inline constexpr Register kControl = 25;  // cr0 to cr15 as one
inline constexpr Register kDebug = 26;    // dr0 to dr15 as one
inline constexpr Register kTileConfig = 27;
inline constexpr Register kVector0 = 32;    // xmm0, ymm0 and zmm0; 32 of them
inline constexpr Register kMask0 = 64;      // k0 to k7
inline constexpr Register kX87Stack0 = 72;  // st(0) to st(7); mm0 to mm7 lie on them
inline constexpr Register kEs = 80;         // es, cs, ss, ds, fs, gs in encoding order
inline constexpr Register kCs = 81;
inline constexpr Register kSs = 82;
inline constexpr Register kDs = 83;
inline constexpr Register kFs = 84;
inline constexpr Register kGs = 85;
inline constexpr Register kExtended16 = 88;  // r16 to r31 of APX
inline constexpr Register kTile0 = 112;      // tmm0 to tmm7
inline constexpr Register kRegisterCount = 120;

// "rax", "xmm3" (whatever the width), "rflags"; empty for numbers without a register.
std::string_view register_name(Register r);
// The inverse, for full registers: rax, xmm0 (ymm0 and zmm0 too), k1, st0, fs.
std::optional<Register> register_from_name(std::string_view name);

constexpr bool is_general(Register r) {
  return r < 16 || (r >= kExtended16 && r < kExtended16 + 16);
}
constexpr bool is_vector(Register r) { return r >= kVector0 && r < kVector0 + 32; }
constexpr bool is_mask(Register r) { return r >= kMask0 && r < kMask0 + 8; }

inline constexpr Register kStackPointer = kRsp;
inline constexpr Register kFramePointer = kRbp;
inline constexpr Register kStatusFlags = kRflags;

// System V ABI, AMD64 supplement 1.0, section 3.2.1 and figure 3.4.
RegisterSet callee_saved();        // rbx, rsp, rbp, r12 to r15, the control words
RegisterSet call_clobbered();      // all others
RegisterSet argument_registers();  // integer, vector, al for variadic ones, r10 the static chain
RegisterSet return_registers();    // rax, rdx, xmm0, xmm1, st0, st1
// In the order in which arguments take them.
std::span<const Register> integer_arguments();

// The same for those who work for every ISA.
const IsaFacts& facts();

}  // namespace asmforge::x86_64

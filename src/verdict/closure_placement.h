// Whether two programs are the same contents at other addresses.
//
// Every byte that is loaded must be accounted for. Code is cut into its functions,
// which may each lie elsewhere; every other section moves as a whole. What is left
// between functions must be padding. A field that holds an address (a branch, a
// rip-relative operand, what a relocation fills, a jump table's entry, an unwind
// record) must lead to the same place of the same function or section; all other
// bytes must be equal.
//
//     before  401140: e8 cb ff ff ff   call 401110 <f>
//     after   401190: e8 2b 00 00 00   call 4011c0 <f>      same: f lies there now
//
// Position-dependent programs keep no relocations. There a word of data that could
// be the address of something that moved cannot be shown to be none, and differs.
#pragma once

#include <string>

#include "core/result.h"
#include "verdict/closure.h"
#include "verdict/loaded_file.h"

namespace asmforge {

// `loaded` says how what is loaded differs when nothing has moved.
Result<ClosureAnswer> compare_placement(const LoadedFile& before, const LoadedFile& after,
                                        const std::string& loaded);

}  // namespace asmforge

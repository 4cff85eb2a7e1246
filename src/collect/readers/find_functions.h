// Where the functions of a file start and end, from the tables that know:
// symbols first, then .eh_frame, then the entry points of the file.
#pragma once

#include "collect/readers/unwind_table.h"
#include "core/binary.h"

namespace asmforge {

// Fills Binary::functions from Binary::symbols alone.
void find_functions_in_symbols(Binary& binary);

// Fills Binary::functions from symbols, unwind table and entry points, and says
// in a note what was used.
void find_functions(const UnwindTable& unwind, Binary& binary);

}  // namespace asmforge

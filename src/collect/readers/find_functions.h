// Where the functions of a file start and end: symbols first, then .eh_frame,
// entry points, and at last what is called though no table knows it.
#pragma once

#include "collect/readers/reader_storage.h"
#include "core/binary.h"

namespace asmforge {

// Fills Binary::functions from Binary::symbols alone. Parts that nobody can call
// are left out.
void find_functions_in_symbols(const ReaderStorage& storage, Binary& binary);

// Fills Binary::functions and cold_parts, and says in notes what was used and
// what was left over. Decodes only what the tables leave open.
void find_functions(const UnwindTable& unwind, Binary& binary);

}  // namespace asmforge

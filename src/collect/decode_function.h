// The instructions of one function, from its bytes.
#pragma once

#include "core/binary.h"
#include "core/function.h"
#include "mc/decoder.h"

namespace asmforge {

// Replaces `out`: ranges, name and instructions; out.demangled stays empty, since
// most functions of a large binary are never printed.
// What the file marks as data is left out. Compilers put no other data between
// instructions, so each part is decoded from front to back; only where that meets
// bytes that are no instruction (hand-written code with tables in it) are the
// instructions found by following control flow. The rest is Function::not_decoded.
void decode_function(const Binary& binary, const FunctionEntry& entry, Decoder& decoder,
                     Function& out);

}  // namespace asmforge

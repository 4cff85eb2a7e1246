// What lies at an address that no symbol covers, decided by the unwind entry there
// and by its own instructions, without looking at the rest of the file:
//
//     FDE pc=2a10..2a58   push rbp ... ret          a function: it returns
//     FDE pc=1040..1069   rsp is off at 1040        a cold part: nobody calls it
//     FDE pc=1070..107a   call abort                either; callers must be looked for
#pragma once

#include "core/binary.h"
#include "mc/decoder.h"

namespace asmforge {

struct UnnamedCode {
  enum class Kind : std::uint8_t {
    kFunction,   // as find_functions would find it
    kColdPart,   // nobody can call it, so it belongs to another function
    kNothing,    // no function begins or lies there
    kUndecided,  // only the whole file can tell
  };
  Kind kind = Kind::kUndecided;
  AddressRange range;  // of a function or a cold part; holds the address
};

// `called`: some instruction is known to call the address, so if it can be called
// it is a function. Binary::functions must have been found in symbols.
UnnamedCode unnamed_code_at(const Binary& binary, std::uint64_t address, bool called,
                            Decoder& decoder);

// Who enters a range of code from elsewhere, from one pass over all code.
struct OutsideReferences {
  bool called = false;
  std::vector<std::uint64_t> jumps;  // where the jumps are
};
// A function is entered at its begin; a cold part may be anywhere.
OutsideReferences references_from_outside(const Binary& binary, AddressRange range,
                                          AddressRange entries);

}  // namespace asmforge

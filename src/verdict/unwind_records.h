// .eh_frame record by record, with the fields that hold addresses, so that two
// builds can be compared whatever the order of their functions is.
//
// Formats: LSB 5.0 section 10.6.1. Only the pointer encodings that compilers for
// x86-64 write are read: 4 bytes, absolute or relative to where they stand.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/elf_file.h"

namespace asmforge {

struct UnwindRecord {
  std::uint64_t address = 0;  // of the record's length field
  std::uint64_t begin = 0;    // of the code
  std::uint32_t code_size = 0;
  std::uint64_t landing_pads = 0;  // 0 for none
  std::uint64_t personality = 0;   // 0 for none
  Bytes common;                    // the CIE's bytes, up to and without the personality's pointer
  Bytes common_rest;
  Bytes rest;  // of the FDE behind its addresses
};

// Ascending in begin, those of empty functions first; nothing when a record is of a kind that is
// not read.
std::optional<std::vector<UnwindRecord>> read_unwind_records(Bytes table, std::uint64_t address);

// Whether .eh_frame_hdr says exactly what these records say.
bool index_agrees(Bytes index, std::uint64_t index_address, std::uint64_t table_address,
                  const std::vector<UnwindRecord>& records);

}  // namespace asmforge

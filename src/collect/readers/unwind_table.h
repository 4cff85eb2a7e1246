// The function parts that .eh_frame describes. Stripped files keep it, so it is
// where their functions are found:
//
//     FDE  pc=1040..1069
//       DW_CFA_def_cfa_offset: 48     <- before any advance: at 0x1040 the return
//                                        address is not on top of the stack, so
//                                        nobody calls 0x1040: a cold part
// Formats: LSB 5.0 section 10.6.1, DWARF 5 section 6.4.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/elf_file.h"
#include "core/isa.h"

namespace asmforge {

struct UnwindEntry {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t landing_pads = 0;  // address of its LSDA; 0 for none
  // At `begin` the frame is as a call leaves it: the return address at rsp; of AArch64
  // nothing yet below the caller's frame.
  bool frame_is_fresh = true;
  // One byte further on it no longer is. When that byte is a nop, nothing can have
  // changed, so it was not fresh before: gcc puts a nop in front of a landing pad
  // that would begin a cold part.
  bool stale_after_one_byte = false;
  bool signal_frame = false;
};

struct UnwindTable {
  std::vector<UnwindEntry> entries;  // ascending in begin
  std::uint64_t unreadable = 0;      // FDEs that make no sense, left out

  // The entry that begins there or holds the address; nullptr for none.
  [[nodiscard]] const UnwindEntry* starting_at(std::uint64_t address) const;
  [[nodiscard]] const UnwindEntry* containing(std::uint64_t address) const;
};

struct UnwindSections {
  Bytes table;  // .eh_frame
  std::uint64_t table_address = 0;
  Bytes index;  // .eh_frame_hdr: where the FDE of each begin is, sorted
  std::uint64_t index_address = 0;
  Isa isa = Isa::kX86_64;
};

UnwindTable read_unwind_table(const UnwindSections& sections);

// Whether the index has the one form that linkers write, so that one entry can be
// found without reading all.
bool has_usable_index(const UnwindSections& sections);
// The entry that holds the address. The index must be usable.
std::optional<UnwindEntry> find_unwind_entry(const UnwindSections& sections, std::uint64_t address);

}  // namespace asmforge

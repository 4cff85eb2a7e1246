// Finds direct calls and jumps to interesting places by their bytes, without
// decoding:
//
//     e8 rel32   call        e9 rel32   jmp        0f 80..8f rel32   jcc
//
//     94000000 bl    14000000 b    54000000 b.cond    34000000 cbz    36000000 tbz   (AArch64)
//
// Every such instruction is found. Bytes in the middle of an instruction may look
// like one: with n interesting addresses that happens about once in 2^32 / n
// opcode-like bytes, so what decides on it alone must bear that.
#pragma once

#include <cstdint>
#include <vector>

#include "core/binary.h"

namespace asmforge {

enum class TransferKind : std::uint8_t { kCall, kJump, kConditionalJump };

struct Transfer {
  std::uint64_t from = 0;  // the first byte of the opcode
  std::uint64_t to = 0;
  TransferKind kind = TransferKind::kCall;
};

// A set of addresses inside executable sections, one bit each. Not thread-safe,
// not even to read: it remembers the section it looked at last.
class CodeAddresses {
 public:
  explicit CodeAddresses(const Binary& binary);
  // The part of `range` that lies in the section of its begin.
  void insert(AddressRange range);
  [[nodiscard]] bool contains(std::uint64_t address) const {
    if (address - recent_.begin >= recent_.size() && !find_area(address)) return false;
    const std::uint64_t bit = address - recent_.begin;
    return ((recent_bits_[bit / 64] >> (bit % 64)) & 1) != 0;
  }

 private:
  struct Area {
    AddressRange range;
    std::vector<std::uint64_t> bits;
  };
  // Makes the area that holds the address the recent one; false when none does.
  bool find_area(std::uint64_t address) const;

  std::vector<Area> areas_;  // ascending
  mutable AddressRange recent_;
  mutable const std::uint64_t* recent_bits_ = nullptr;
};

// Where code is entered, as far as one pass over all code tells.
struct Transfers {
  CodeAddresses called;             // those of `entries` that are called
  std::vector<Transfer> jumps;      // to `entries`
  std::vector<Transfer> elsewhere;  // calls and jumps into `uncovered`
};

// `entries` are begins of code whose callers matter, `uncovered` is code that
// nobody knows; the two do not overlap.
Transfers scan_transfers(const Binary& binary, const CodeAddresses& entries,
                         const CodeAddresses& uncovered);

}  // namespace asmforge

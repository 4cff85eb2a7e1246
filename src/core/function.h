// A function: its byte ranges and its instructions, in address order.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "core/insn.h"
#include "core/isa.h"

namespace asmforge {

// Half open: [begin, end).
struct AddressRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  [[nodiscard]] std::uint64_t size() const { return end - begin; }
  [[nodiscard]] bool contains(std::uint64_t address) const {
    return address >= begin && address < end;
  }
  friend bool operator==(const AddressRange&, const AddressRange&) = default;
};

inline constexpr std::uint32_t kNoIndex = std::numeric_limits<std::uint32_t>::max();

struct Function {
  std::string name;       // as in the object file; "sub_401000" when there is none
  std::string demangled;  // equal to name when it is not mangled
  Isa isa = Isa::kX86_64;
  std::uint64_t address = 0;
  std::uint64_t size = 0;                // bytes of all parts
  std::uint32_t entry_index = kNoIndex;  // index into Binary::functions
  // The first part holds the entry; the others are cold parts that the compiler
  // placed elsewhere. Ascending in address after the first.
  std::vector<AddressRange> parts;
  std::vector<Insn> insns;                // part by part, ascending within a part
  std::vector<AddressRange> not_decoded;  // bytes inside the parts that are no instruction

  // The instruction that starts at `address`, or kNoIndex.
  [[nodiscard]] std::uint32_t insn_at(std::uint64_t address) const;
};

}  // namespace asmforge

// Address to instruction in constant time: one slot per byte of a function.
// Direct jumps are looked up twice each, and binary search over the instructions
// themselves would miss the cache at every step.
#pragma once

#include <cstdint>
#include <vector>

#include "core/function.h"

namespace asmforge {

class CodeMap {
 public:
  // Forgets the function before; keeps the memory.
  void build(const Function& function);

  // The instruction that starts at `address`, or kNoIndex.
  [[nodiscard]] std::uint32_t insn_at(std::uint64_t address) const;
  // The last instruction that starts in the `bytes` bytes before `address`, or kNoIndex.
  [[nodiscard]] std::uint32_t insn_before(std::uint64_t address, std::uint32_t bytes) const;
  // True inside the decoded extent of one of the function's parts.
  [[nodiscard]] bool contains(std::uint64_t address) const { return slot(address) != kNoSlot; }
  // First instruction of each part that has any, in the order of Function::insns.
  [[nodiscard]] const std::vector<std::uint32_t>& part_starts() const { return part_starts_; }

 private:
  static constexpr std::size_t kNoSlot = ~std::size_t{0};
  struct Extent {
    std::uint64_t begin = 0;  // bytes from the part's first instruction to its last
    std::uint64_t end = 0;
    std::size_t first_slot = 0;
  };
  [[nodiscard]] std::size_t slot(std::uint64_t address) const;

  std::vector<Extent> extents_;  // ascending in address
  std::vector<std::uint32_t> part_starts_;
  std::vector<std::uint32_t> insn_of_byte_;  // kNoIndex where no instruction starts
};

}  // namespace asmforge

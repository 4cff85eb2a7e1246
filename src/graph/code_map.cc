#include "graph/code_map.h"

#include <algorithm>

namespace asmforge {

void CodeMap::build(const Function& function) {
  extents_.clear();
  part_starts_.clear();
  const std::vector<Insn>& insns = function.insns;
  std::size_t slots = 0;
  const AddressRange* part = function.parts.data();
  const AddressRange* const parts_end = part + function.parts.size();
  for (std::uint32_t i = 0; i < insns.size(); ++i) {
    const std::uint64_t address = insns[i].address;
    const bool same_part =
        i != 0 && part != parts_end && part->contains(address) && address >= insns[i - 1].address;
    if (!same_part) {
      // A function without parts (made by hand) is cut where addresses go back.
      if (i != 0 && part != parts_end) ++part;
      while (part != parts_end && !part->contains(address)) ++part;
      const bool cut = i == 0 || part != parts_end || address < insns[i - 1].address;
      if (cut) {
        part_starts_.push_back(i);
        extents_.push_back({address, address, 0});
      }
    }
    extents_.back().end = insns[i].end();
  }
  for (Extent& extent : extents_) {
    extent.first_slot = slots;
    slots += extent.end - extent.begin;
  }
  insn_of_byte_.assign(slots, kNoIndex);
  std::size_t current = 0;
  for (std::uint32_t i = 0; i < insns.size(); ++i) {
    if (current + 1 < part_starts_.size() && part_starts_[current + 1] == i) ++current;
    const Extent& extent = extents_[current];
    insn_of_byte_[extent.first_slot + (insns[i].address - extent.begin)] = i;
  }
  std::sort(extents_.begin(), extents_.end(),
            [](const Extent& a, const Extent& b) { return a.begin < b.begin; });
}

std::size_t CodeMap::slot(std::uint64_t address) const {
  const Extent* first = extents_.data();
  std::size_t count = extents_.size();
  while (count > 1) {
    const std::size_t half = count / 2;
    if (first[half].begin <= address) {
      first += half;
      count -= half;
    } else {
      count = half;
    }
  }
  if (count == 0 || address < first->begin || address >= first->end) return kNoSlot;
  return first->first_slot + (address - first->begin);
}

std::uint32_t CodeMap::insn_at(std::uint64_t address) const {
  const std::size_t s = slot(address);
  return s == kNoSlot ? kNoIndex : insn_of_byte_[s];
}

std::uint32_t CodeMap::insn_before(std::uint64_t address, std::uint32_t bytes) const {
  for (std::uint32_t back = 1; back <= bytes; ++back) {
    const std::size_t s = slot(address - back);
    if (s == kNoSlot) return kNoIndex;
    if (insn_of_byte_[s] != kNoIndex) return insn_of_byte_[s];
  }
  return kNoIndex;
}

}  // namespace asmforge

#include "core/function.h"

#include <algorithm>

namespace asmforge {

std::uint32_t Function::insn_at(std::uint64_t wanted) const {
  std::size_t begin = 0;
  const auto address_below = [](const Insn& insn, std::uint64_t a) { return insn.address < a; };
  for (const AddressRange& part : parts) {
    // Parts lie one after another in insns; find where this one ends.
    std::size_t end = insns.size();
    if (&part != &parts.back()) {
      const auto rest = insns.begin() + static_cast<std::ptrdiff_t>(begin);
      const auto in_part = [&](const Insn& insn) { return part.contains(insn.address); };
      end = static_cast<std::size_t>(std::partition_point(rest, insns.end(), in_part) -
                                     insns.begin());
    }
    if (part.contains(wanted)) {
      const auto first = insns.begin() + static_cast<std::ptrdiff_t>(begin);
      const auto last = insns.begin() + static_cast<std::ptrdiff_t>(end);
      const auto found = std::lower_bound(first, last, wanted, address_below);
      if (found == last || found->address != wanted) return kNoIndex;
      return static_cast<std::uint32_t>(found - insns.begin());
    }
    begin = end;
  }
  return kNoIndex;
}

}  // namespace asmforge

#include "collect/readers/loader_relocations.h"

#include <algorithm>

namespace asmforge {

void LoaderRelocations::add(ElfTable<Elf64_Rela> entries, ElfTable<Elf64_Sym> symbols) {
  tables_.push_back({entries, symbols});
}

void LoaderRelocations::index(Table& table) const {
  std::uint64_t last = 0;
  for (; table.sorted_count < table.entries.size(); ++table.sorted_count) {
    const Elf64_Rela entry = table.entries[table.sorted_count];
    if (ELF64_R_TYPE(entry.r_info) != types_.relative || entry.r_offset < last) break;
    last = entry.r_offset;
  }
  for (std::size_t i = table.sorted_count; i < table.entries.size(); ++i) {
    const Elf64_Rela entry = table.entries[i];
    const auto addend = static_cast<std::uint64_t>(entry.r_addend);
    const auto type = ELF64_R_TYPE(entry.r_info);
    const std::uint64_t symbol = ELF64_R_SYM(entry.r_info);
    if (type == types_.relative) {
      others_.push_back({entry.r_offset, addend});
      continue;
    }
    const bool adds = type == types_.absolute;
    if (!adds && type != types_.global_data && type != types_.jump_slot) continue;
    if (symbol >= table.symbols.size()) continue;
    const Elf64_Sym target = table.symbols[symbol];
    // An indirect function's value is what its resolver returns.
    if (target.st_shndx == SHN_UNDEF || ELF64_ST_TYPE(target.st_info) == STT_GNU_IFUNC) continue;
    others_.push_back({entry.r_offset, target.st_value + (adds ? addend : 0)});
  }
}

std::optional<std::uint64_t> LoaderRelocations::value_at(std::uint64_t address) const {
  const auto below = [](const Fixed& fixed, std::uint64_t a) { return fixed.address < a; };
  std::call_once(indexed_, [this] {
    for (Table& table : tables_) index(table);
    std::sort(others_.begin(), others_.end(),
              [](const Fixed& a, const Fixed& b) { return a.address < b.address; });
  });
  for (const Table& table : tables_) {
    std::size_t low = 0;
    std::size_t high = table.sorted_count;
    while (low < high) {
      const std::size_t middle = low + (high - low) / 2;
      if (table.entries[middle].r_offset < address)
        low = middle + 1;
      else
        high = middle;
    }
    if (low < table.sorted_count && table.entries[low].r_offset == address)
      return static_cast<std::uint64_t>(table.entries[low].r_addend);
  }
  const auto other = std::lower_bound(others_.begin(), others_.end(), address, below);
  if (other != others_.end() && other->address == address) return other->value;
  return std::nullopt;
}

}  // namespace asmforge

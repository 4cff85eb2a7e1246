#include "collect/readers/elf_symbols.h"

namespace asmforge {

ElfSymbols::ElfSymbols(const ElfFile& file, const ElfSection& table)
    : entries_(file.table<Elf64_Sym>(&table)) {
  if (const ElfSection* strings = file.linked_to(table)) names_ = StringTable(strings->bytes);
  if (table.header.sh_type == SHT_SYMTAB)
    section_numbers_ = file.table<Elf64_Word>(file.first_of_type(SHT_SYMTAB_SHNDX));
}

std::string_view ElfSymbols::name(std::size_t i) {
  constexpr std::size_t kAhead = 12;
  if (i + kAhead < entries_.size()) names_.prefetch(entries_[i + kAhead].st_name);
  const std::string_view name = names_.at(entries_[i].st_name);
  return name.substr(0, name.find('@'));
}

std::uint32_t ElfSymbols::section_of(std::size_t i, const Elf64_Sym& symbol) const {
  if (symbol.st_shndx != SHN_XINDEX) return symbol.st_shndx;
  return i < section_numbers_.size() ? section_numbers_[i] : std::uint32_t{SHN_UNDEF};
}

SymbolKind symbol_kind(const Elf64_Sym& symbol) {
  switch (ELF64_ST_TYPE(symbol.st_info)) {
    case STT_FUNC: return SymbolKind::kFunction;
    case STT_GNU_IFUNC: return SymbolKind::kIndirectFunction;
    case STT_OBJECT: return SymbolKind::kObject;
    case STT_TLS: return SymbolKind::kThreadLocal;
    default: return SymbolKind::kOther;
  }
}

}  // namespace asmforge

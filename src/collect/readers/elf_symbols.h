// One symbol table of an ELF file with its names and section numbers.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/elf_file.h"
#include "core/binary.h"

namespace asmforge {

class ElfSymbols {
 public:
  ElfSymbols() = default;
  ElfSymbols(const ElfFile& file, const ElfSection& table);

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] Elf64_Sym entry(std::size_t i) const { return entries_[i]; }
  // Without the version that .symtab may carry: memcpy@@GLIBC_2.14.
  [[nodiscard]] std::string_view name(std::size_t i);
  // The index of its section, with SHN_XINDEX looked up; SHN_UNDEF, SHN_ABS and
  // SHN_COMMON as they are.
  [[nodiscard]] std::uint32_t section_of(std::size_t i, const Elf64_Sym& symbol) const;

 private:
  ElfTable<Elf64_Sym> entries_;
  ElfTable<Elf64_Word> section_numbers_;  // SHT_SYMTAB_SHNDX
  StringTable names_;
};

SymbolKind symbol_kind(const Elf64_Sym& symbol);

}  // namespace asmforge

// The relocations that the dynamic loader would apply, looked up by address.
//
// A position-independent file stores 0, or a link-time address, where a pointer
// will be; the value is in .rela.dyn:
//
//     R_X86_64_RELATIVE  offset 0x3d90  addend 0x1139   -> *(0x3d90) = 0x1139
//
// The packed .relr.dyn needs no look-up: its values stand in the file already.
// The table is searched where it lies in the file; only what is not sorted, or
// needs a symbol, is copied, on first use.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "base/elf_file.h"
#include "collect/readers/relocation_types.h"

namespace asmforge {

class LoaderRelocations {
 public:
  // Before the first add; of x86-64 when it is left out.
  void set_isa(Isa isa) { types_ = loader_relocation_types(isa); }
  // One table per section: .rela.dyn, .rela.plt. Before the first value_at.
  void add(ElfTable<Elf64_Rela> entries, ElfTable<Elf64_Sym> symbols);

  // The value that the loader stores at `address` at load base 0; nullopt when no
  // relocation is there or its symbol is not in this file.
  [[nodiscard]] std::optional<std::uint64_t> value_at(std::uint64_t address) const;

 private:
  struct Fixed {
    std::uint64_t address;
    std::uint64_t value;
  };
  struct Table {
    ElfTable<Elf64_Rela> entries;
    ElfTable<Elf64_Sym> symbols;
    std::size_t sorted_count = 0;  // leading RELATIVE entries, ascending
  };
  void index(Table& table) const;

  LoaderRelocationTypes types_ = loader_relocation_types(Isa::kX86_64);
  mutable std::vector<Table> tables_;
  mutable std::once_flag indexed_;
  mutable std::vector<Fixed> others_;  // ascending in address
};

}  // namespace asmforge

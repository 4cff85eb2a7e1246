#include "collect/readers/elf_object.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "collect/readers/build_id.h"
#include "collect/readers/debug_file.h"
#include "collect/readers/elf_symbols.h"
#include "collect/readers/find_functions.h"
#include "collect/readers/imports.h"
#include "collect/readers/landing_pads.h"
#include "collect/readers/mapping_symbols.h"
#include "collect/readers/relocatable.h"

namespace asmforge {
namespace {

FileKind kind_of(const ElfFile& file) {
  if (file.header.e_type == ET_REL) return FileKind::kRelocatable;
  if (file.header.e_type == ET_EXEC) return FileKind::kExecutable;
  bool marked = false;
  bool has_soname = false;
  const auto dynamic = file.table<Elf64_Dyn>(file.first_of_type(SHT_DYNAMIC));
  for (std::size_t i = 0; i < dynamic.size(); ++i) {
    const Elf64_Dyn entry = dynamic[i];
    marked = marked || (entry.d_tag == DT_FLAGS_1 && (entry.d_un.d_val & DF_1_PIE) != 0);
    has_soname = has_soname || entry.d_tag == DT_SONAME;
  }
  const bool has_interpreter =
      std::any_of(file.segments.begin(), file.segments.end(),
                  [](const Elf64_Phdr& segment) { return segment.p_type == PT_INTERP; });
  // Old linkers do not mark programs; libc.so.6 is a library that can be run.
  return marked || (has_interpreter && !has_soname) ? FileKind::kPositionIndependent
                                                    : FileKind::kSharedObject;
}

void add_sections(const ElfFile& file, Binary& binary) {
  for (std::size_t i = 0; i < file.sections.size(); ++i) {
    const ElfSection& section = file.sections[i];
    if (!section.occupies_memory()) continue;
    binary.sections.push_back({.name = section.name,
                               .address = section.header.sh_addr,
                               .size = section.header.sh_size,
                               .file_offset = section.header.sh_offset,
                               .index = static_cast<std::uint32_t>(i),
                               .allocated = true,
                               .executable = section.has_flag(SHF_EXECINSTR),
                               .writable = section.has_flag(SHF_WRITE),
                               .bytes = section.bytes});
  }
  std::sort(binary.sections.begin(), binary.sections.end(), [](const Section& a, const Section& b) {
    return std::tie(a.address, a.index) < std::tie(b.address, b.index);
  });
}

void add_symbols(const ElfFile& file, const ElfSection* table, bool dynamic, Binary& binary) {
  if (table == nullptr) return;
  ElfSymbols symbols(file, *table);
  // A sparse file can claim billions of entries, all zero.
  constexpr std::size_t kMostEmptyInARow = 1 << 20;
  binary.symbols.reserve(binary.symbols.size() + std::min(symbols.size(), kMostEmptyInARow));
  std::size_t empty = 0;
  for (std::size_t i = 1; i < symbols.size() && empty < kMostEmptyInARow; ++i) {
    const Elf64_Sym symbol = symbols.entry(i);
    empty = symbol.st_name == 0 && symbol.st_shndx == SHN_UNDEF ? empty + 1 : 0;
    const unsigned type = ELF64_ST_TYPE(symbol.st_info);
    // A thread-local's value is an offset into its block, no address.
    if (type == STT_SECTION || type == STT_FILE || type == STT_TLS) continue;
    const std::uint32_t section = symbols.section_of(i, symbol);
    if (section == SHN_UNDEF || section == SHN_ABS || section == SHN_COMMON) continue;
    binary.symbols.push_back({.name = symbols.name(i),
                              .address = symbol.st_value,
                              .size = symbol.st_size,
                              .kind = symbol_kind(symbol),
                              .global = ELF64_ST_BIND(symbol.st_info) != STB_LOCAL,
                              .dynamic = dynamic});
  }
}

// Both tables name what is exported; the row of .symtab stays. Rows are large and most
// addresses differ, so small keys are sorted and names are compared where it matters.
void sort_symbols(std::vector<Symbol>& symbols) {
  struct Key {
    std::uint64_t address;
    std::uint32_t row;
  };
  std::vector<Key> keys;
  keys.reserve(symbols.size());
  for (const Symbol& symbol : symbols)
    keys.push_back({symbol.address, static_cast<std::uint32_t>(keys.size())});
  std::sort(keys.begin(), keys.end(), [](const Key& a, const Key& b) {
    return std::tie(a.address, a.row) < std::tie(b.address, b.row);
  });
  std::vector<Symbol> sorted;
  sorted.reserve(symbols.size());
  for (auto first = keys.cbegin(); first != keys.cend();) {
    const auto begin = static_cast<std::ptrdiff_t>(sorted.size());
    const std::uint64_t address = first->address;
    for (; first != keys.cend() && first->address == address; ++first)
      sorted.push_back(symbols[first->row]);
    if (sorted.end() - sorted.begin() - begin < 2) continue;
    std::sort(sorted.begin() + begin, sorted.end(), [](const Symbol& a, const Symbol& b) {
      return std::tie(a.name, a.dynamic) < std::tie(b.name, b.dynamic);
    });
    const auto same = [](const Symbol& a, const Symbol& b) { return a.name == b.name; };
    sorted.erase(std::unique(sorted.begin() + begin, sorted.end(), same), sorted.end());
  }
  symbols = std::move(sorted);
}

std::optional<std::uint64_t> relative_pointer(const Binary& binary, std::uint64_t address) {
  return storage_of(binary).relocations.value_at(address);
}

std::vector<LandingPad> landing_pads_of(const Binary& binary, std::uint64_t part_begin) {
  const std::optional<UnwindEntry> part = storage_of(binary).unwind_entry_at(part_begin);
  if (!part || part->begin != part_begin) return {};
  return read_landing_pads(binary, *part);
}

// What was stripped off into a separate debug file has kept its names.
void add_symbols_of_debug_file(Binary& binary, ReaderStorage& storage) {
  const auto mapped = MappedFile::open(binary.debug_path);
  if (!mapped) return;
  const auto file = ElfFile::parse((*mapped)->bytes());
  if (!file || file->first_of_type(SHT_SYMTAB) == nullptr) return;
  add_symbols(*file, file->first_of_type(SHT_SYMTAB), false, binary);
  storage.files.push_back(*mapped);
  binary.has_symbol_table = true;
  binary.notes.push_back("function names come from " + binary.debug_path);
}

void read_linked(const ElfFile& file, Binary& binary, ReaderStorage& storage) {
  binary.entry_point = file.header.e_entry;
  add_sections(file, binary);
  const ElfSection* dynamic_symbols = file.first_of_type(SHT_DYNSYM);
  add_symbols(file, file.first_of_type(SHT_SYMTAB), false, binary);
  add_symbols(file, dynamic_symbols, true, binary);
  if (!binary.has_symbol_table && !binary.debug_path.empty())
    add_symbols_of_debug_file(binary, storage);
  storage.relocations.set_isa(binary.isa);
  for (const ElfSection& section : file.sections)
    if (section.header.sh_type == SHT_RELA && section.has_flag(SHF_ALLOC))
      storage.relocations.add(file.table<Elf64_Rela>(&section),
                              file.table<Elf64_Sym>(dynamic_symbols));
  binary.relative_pointer = &relative_pointer;
  take_mapping_symbols(binary);
  sort_symbols(binary.symbols);
  add_imports(file, binary);
}

}  // namespace

Result<Binary> read_elf_object(const ObjectInput& input, const OpenOptions& options) {
  AF_TRY(const ElfFile file, ElfFile::parse(input.bytes));
  auto storage = std::make_shared<ReaderStorage>();
  storage->files = input.files;
  Binary binary;
  binary.path = input.path;
  binary.member = input.member;
  binary.isa = file.header.e_machine == EM_AARCH64 ? Isa::kAarch64 : Isa::kX86_64;
  binary.kind = kind_of(file);
  binary.file_bytes = input.bytes;
  binary.storage = storage;
  binary.build_id = build_id_of(file);
  AF_TRY([[maybe_unused]] const Done looked,
         find_debug_info(file, options.debug_file, options.debug_root, binary));
  binary.has_symbol_table = file.first_of_type(SHT_SYMTAB) != nullptr;
  if (binary.kind == FileKind::kRelocatable) {
    AF_TRY([[maybe_unused]] const Done linked, link_relocatable(file, binary, storage->image));
    take_mapping_symbols(binary);
    sort_symbols(binary.symbols);
  } else {
    read_linked(file, binary, *storage);
  }
  storage->unwind.isa = binary.isa;
  for (const Section& section : binary.sections) {
    UnwindSections& unwind = storage->unwind;
    if (section.name == ".eh_frame") {
      unwind.table = section.bytes;
      unwind.table_address = section.address;
    } else if (section.name == ".eh_frame_hdr") {
      unwind.index = section.bytes;
      unwind.index_address = section.address;
    }
  }
  binary.read_landing_pads = &landing_pads_of;
  if (options.find_functions)
    find_functions(storage->unwind_table(), binary);
  else
    find_functions_in_symbols(*storage, binary);
  return binary;
}

}  // namespace asmforge

#include "collect/readers/elf_object.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "collect/readers/find_functions.h"
#include "collect/readers/imports.h"

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

// The GNU build id from a note section:  size of name, size of id, type, "GNU\0", id.
std::string read_build_id(const ElfFile& file) {
  for (const ElfSection& section : file.sections) {
    if (section.header.sh_type != SHT_NOTE) continue;
    Bytes rest = section.bytes;
    while (rest.size() >= sizeof(Elf64_Nhdr)) {
      const auto note = load<Elf64_Nhdr>(rest);
      const std::uint64_t name_size = (std::uint64_t{note.n_namesz} + 3) / 4 * 4;
      const std::uint64_t id_size = (std::uint64_t{note.n_descsz} + 3) / 4 * 4;
      rest = rest.subspan(sizeof(note));
      if (name_size > rest.size() || note.n_descsz > rest.size() - name_size) break;
      const bool gnu = note.n_namesz == 4 && std::memcmp(rest.data(), "GNU", 4) == 0;
      const Bytes id = rest.subspan(name_size, note.n_descsz);
      // A SHA-1 has 20 bytes; nobody uses more than 64.
      if (gnu && note.n_type == NT_GNU_BUILD_ID && id.size() <= 64)
        return fmt::format("{:02x}", fmt::join(id, ""));
      rest = rest.subspan(std::min<std::uint64_t>(name_size + id_size, rest.size()));
    }
  }
  return {};
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

SymbolKind kind_of(const Elf64_Sym& symbol) {
  switch (ELF64_ST_TYPE(symbol.st_info)) {
    case STT_FUNC: return SymbolKind::kFunction;
    case STT_GNU_IFUNC: return SymbolKind::kIndirectFunction;
    case STT_OBJECT: return SymbolKind::kObject;
    case STT_TLS: return SymbolKind::kThreadLocal;
    default: return SymbolKind::kOther;
  }
}

// .symtab may carry versions: memcpy@@GLIBC_2.14.
std::string_view without_version(std::string_view name) { return name.substr(0, name.find('@')); }

void add_symbols(const ElfFile& file, const ElfSection* table, bool dynamic, Binary& binary) {
  if (table == nullptr) return;
  const ElfSection* strings = file.linked_to(*table);
  if (strings == nullptr) return;
  StringTable names(strings->bytes);
  const auto symbols = file.table<Elf64_Sym>(table);
  binary.symbols.reserve(binary.symbols.size() + symbols.size());
  for (std::size_t i = 1; i < symbols.size(); ++i) {
    const Elf64_Sym symbol = symbols[i];
    const unsigned type = ELF64_ST_TYPE(symbol.st_info);
    if (type == STT_SECTION || type == STT_FILE || symbol.st_shndx == SHN_UNDEF) continue;
    if (symbol.st_shndx >= SHN_LORESERVE && symbol.st_shndx != SHN_XINDEX) continue;
    // A thread-local's value is an offset into its block, no address.
    if (type == STT_TLS) continue;
    binary.symbols.push_back({.name = without_version(names.at(symbol.st_name)),
                              .address = symbol.st_value,
                              .size = symbol.st_size,
                              .kind = kind_of(symbol),
                              .global = ELF64_ST_BIND(symbol.st_info) != STB_LOCAL,
                              .dynamic = dynamic});
  }
}

// Both tables name what is exported; the row of .symtab stays.
void sort_symbols(std::vector<Symbol>& symbols) {
  std::sort(symbols.begin(), symbols.end(), [](const Symbol& a, const Symbol& b) {
    if (a.address != b.address) return a.address < b.address;
    if (a.name != b.name) return a.name < b.name;
    return a.dynamic < b.dynamic;
  });
  const auto same = [](const Symbol& a, const Symbol& b) {
    return a.address == b.address && a.name == b.name;
  };
  symbols.erase(std::unique(symbols.begin(), symbols.end(), same), symbols.end());
}

std::optional<std::uint64_t> relative_pointer(const Binary& binary, std::uint64_t address) {
  return storage_of(binary).relocations.value_at(address);
}

Result<Binary> read_linked(const ElfFile& file, Binary binary, const OpenOptions& options) {
  auto storage = std::static_pointer_cast<ReaderStorage>(binary.storage);
  binary.entry_point = file.header.e_entry;
  binary.build_id = read_build_id(file);
  add_sections(file, binary);
  const ElfSection* symbol_table = file.first_of_type(SHT_SYMTAB);
  const ElfSection* dynamic_symbols = file.first_of_type(SHT_DYNSYM);
  add_symbols(file, symbol_table, false, binary);
  add_symbols(file, dynamic_symbols, true, binary);
  sort_symbols(binary.symbols);
  binary.has_symbol_table = symbol_table != nullptr;

  for (const ElfSection& section : file.sections)
    if (section.header.sh_type == SHT_RELA && section.has_flag(SHF_ALLOC))
      storage->relocations.add(file.table<Elf64_Rela>(&section),
                               file.table<Elf64_Sym>(dynamic_symbols));
  binary.relative_pointer = &relative_pointer;
  if (const ElfSection* unwind = file.section_named(".eh_frame")) {
    storage->unwind_bytes = unwind->bytes;
    storage->unwind_address = unwind->header.sh_addr;
  }
  add_imports(file, binary);
  if (options.find_functions)
    find_functions(file, storage->unwind_table(), binary);
  else
    find_functions_in_symbols(binary);
  return binary;
}

}  // namespace

Result<Binary> read_elf_object(const ObjectInput& input, const OpenOptions& options) {
  AF_TRY(const ElfFile file, ElfFile::parse(input.bytes));
  auto storage = std::make_shared<ReaderStorage>();
  storage->files = input.files;
  Binary binary;
  binary.path = input.path;
  binary.member = input.member;
  binary.kind = kind_of(file);
  binary.file_bytes = input.bytes;
  binary.has_debug_info = file.section_named(".debug_info") != nullptr;
  binary.storage = storage;
  return read_linked(file, std::move(binary), options);
}

}  // namespace asmforge

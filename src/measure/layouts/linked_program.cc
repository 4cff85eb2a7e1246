#include "measure/layouts/linked_program.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace asmforge {
namespace {

std::vector<std::string> needed_libraries(const ElfFile& elf) {
  std::vector<std::string> needed;
  const ElfSection* dynamic = elf.first_of_type(SHT_DYNAMIC);
  const ElfSection* strings = dynamic == nullptr ? nullptr : elf.linked_to(*dynamic);
  if (strings == nullptr) return needed;
  StringTable table(strings->bytes);
  const ElfTable<Elf64_Dyn> entries(dynamic->bytes);
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (entries[i].d_tag == DT_NEEDED) needed.emplace_back(table.at(entries[i].d_un.d_val));
  return needed;
}

// They hold distances between instructions, in fewer bytes when these are small: 63 bytes are
// a part of DW_CFA_advance_loc, 64 take a byte more.
bool grows_with_distances(const ElfSection& section) {
  return section.name == ".eh_frame" || section.name == ".gcc_except_table";
}

}  // namespace

Result<ProgramShape> shape_of_program(Bytes bytes) {
  AF_TRY(const ElfFile elf, ElfFile::parse_x86_64(bytes));
  ProgramShape shape{.type = elf.header.e_type,
                     .interpreter = {},
                     .needed = needed_libraries(elf),
                     .section_sizes = {}};
  for (const ElfSection& section : elf.sections) {
    if (section.name == ".interp")
      shape.interpreter.assign(section.bytes.begin(), section.bytes.end());
    if (section.name == ".relro_padding") continue;  // ld.lld's filler up to a page
    if (grows_with_distances(section)) continue;
    if (section.has_flag(SHF_ALLOC) && !section.has_flag(SHF_EXECINSTR))
      shape.section_sizes.emplace_back(section.name, section.header.sh_size);
  }
  std::sort(shape.section_sizes.begin(), shape.section_sizes.end());
  return shape;
}

std::string difference(const ProgramShape& one, const ProgramShape& other) {
  if (one.type != other.type) return "one is position independent, the other not";
  if (one.interpreter != other.interpreter) return "they name different loaders";
  if (one.needed != other.needed) return "they load different libraries";
  const std::size_t common = std::min(one.section_sizes.size(), other.section_sizes.size());
  for (std::size_t i = 0; i < common; ++i) {
    const auto& [name, size] = one.section_sizes[i];
    const auto& [other_name, other_size] = other.section_sizes[i];
    if (name != other_name) return fmt::format("one has a section {}", std::min(name, other_name));
    if (size != other_size)
      return fmt::format("{} has {} bytes in one and {} in the other", name, size, other_size);
  }
  return one.section_sizes.size() == other.section_sizes.size() ? "" : "one has more sections";
}

Result<std::vector<std::uint64_t>> addresses_of_function(Bytes bytes, const std::string& name) {
  AF_TRY(const ElfFile elf, ElfFile::parse_x86_64(bytes));
  std::vector<std::uint64_t> addresses;
  const ElfSection* symbols = elf.first_of_type(SHT_SYMTAB);
  const ElfSection* strings = symbols == nullptr ? nullptr : elf.linked_to(*symbols);
  if (strings == nullptr) return addresses;
  // Not StringTable: a program of many symbols is read for one name.
  const std::string_view names(reinterpret_cast<const char*>(strings->bytes.data()),
                               strings->bytes.size());
  const ElfTable<Elf64_Sym> entries = elf.table<Elf64_Sym>(symbols);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Elf64_Sym symbol = entries[i];
    if (symbol.st_shndx == SHN_UNDEF || symbol.st_name >= names.size()) continue;
    const std::string_view rest = names.substr(symbol.st_name);
    const bool same =
        rest.starts_with(name) && rest.size() > name.size() && rest[name.size()] == '\0';
    if (same) addresses.push_back(symbol.st_value);
  }
  return addresses;
}

}  // namespace asmforge

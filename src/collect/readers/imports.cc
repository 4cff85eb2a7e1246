#include "collect/readers/imports.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "collect/readers/elf_symbols.h"

namespace asmforge {
namespace {

// Linkers write them in order, mostly.
void sort_by_address(std::vector<Import>& imports) {
  const auto below = [](const Import& a, const Import& b) { return a.address < b.address; };
  if (!std::is_sorted(imports.begin(), imports.end(), below))
    std::sort(imports.begin(), imports.end(), below);
}

void add_got_slots(const ElfFile& file, const ElfSection& section, Binary& binary) {
  const ElfSection* symbol_section = file.linked_to(section);
  ElfSymbols symbols;
  if (symbol_section != nullptr && symbol_section->header.sh_type == SHT_DYNSYM)
    symbols = ElfSymbols(file, *symbol_section);
  const auto relocations = file.table<Elf64_Rela>(&section);
  for (std::size_t i = 0; i < relocations.size(); ++i) {
    const Elf64_Rela entry = relocations[i];
    std::string_view name;
    switch (ELF64_R_TYPE(entry.r_info)) {
      case R_X86_64_GLOB_DAT:
      case R_X86_64_JUMP_SLOT:
        if (ELF64_R_SYM(entry.r_info) < symbols.size())
          name = symbols.name(ELF64_R_SYM(entry.r_info));
        break;
      // An indirect function of this file: the resolver carries its name.
      case R_X86_64_IRELATIVE:
        name = binary.name_at(static_cast<std::uint64_t>(entry.r_addend));
        break;
      default: continue;
    }
    binary.imports.push_back({entry.r_offset, name, Import::Kind::kGotSlot});
  }
}

// The address that an indirect jump through memory at the front of `bytes` reads,
// or 0: [endbr64] [bnd] jmp [rip + disp32].
std::uint64_t slot_of_stub(Bytes bytes, std::uint64_t address) {
  constexpr std::array<std::uint8_t, 4> kEndBranch = {0xf3, 0x0f, 0x1e, 0xfa};
  std::size_t at = 0;
  if (bytes.size() >= 4 && std::equal(kEndBranch.begin(), kEndBranch.end(), bytes.begin())) at = 4;
  if (at < bytes.size() && bytes[at] == 0xf2) ++at;
  if (bytes.size() < at + 6 || bytes[at] != 0xff || bytes[at + 1] != 0x25) return 0;
  const auto displacement = load<std::int32_t>(bytes.subspan(at + 2));
  return address + at + 6 + static_cast<std::uint64_t>(std::int64_t{displacement});
}

// Stubs begin at multiples of 8 (.plt.got) or 16.
void add_plt_stubs(const Section& section, const Binary& binary, std::vector<Import>& stubs) {
  for (std::uint64_t offset = 0; offset < section.bytes.size(); offset += 8) {
    const std::uint64_t address = section.address + offset;
    const std::uint64_t slot = slot_of_stub(section.bytes.subspan(offset), address);
    if (slot == 0) continue;
    if (const Import* import = binary.import_at(slot))
      stubs.push_back({address, import->name, Import::Kind::kPltStub});
  }
}

}  // namespace

bool is_plt(std::string_view section_name) {
  return section_name.starts_with(".plt") || section_name == ".iplt";
}

void add_imports(const ElfFile& file, Binary& binary) {
  // Only what the loader applies: --emit-relocs leaves tables of the linker too.
  for (const ElfSection& section : file.sections)
    if (section.header.sh_type == SHT_RELA && section.has_flag(SHF_ALLOC))
      add_got_slots(file, section, binary);
  sort_by_address(binary.imports);

  std::vector<Import> stubs;
  for (const Section& section : binary.sections)
    if (section.executable && is_plt(section.name)) add_plt_stubs(section, binary, stubs);
  binary.imports.insert(binary.imports.end(), stubs.begin(), stubs.end());
  sort_by_address(binary.imports);
}

}  // namespace asmforge

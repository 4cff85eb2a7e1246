#include "collect/readers/imports.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "collect/readers/elf_symbols.h"
#include "collect/readers/relocation_types.h"

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
  const LoaderRelocationTypes types = loader_relocation_types(binary.isa);
  const auto relocations = file.table<Elf64_Rela>(&section);
  for (std::size_t i = 0; i < relocations.size(); ++i) {
    const Elf64_Rela entry = relocations[i];
    std::string_view name;
    const std::uint32_t type = ELF64_R_TYPE(entry.r_info);
    if (type == types.global_data || type == types.jump_slot) {
      if (ELF64_R_SYM(entry.r_info) < symbols.size())
        name = symbols.name(ELF64_R_SYM(entry.r_info));
    } else if (type == types.indirect_relative) {
      // An indirect function of this file: the resolver carries its name.
      name = binary.name_at(static_cast<std::uint64_t>(entry.r_addend));
    } else {
      continue;
    }
    binary.imports.push_back({entry.r_offset, name, Import::Kind::kGotSlot});
  }
}

// The address that an indirect jump through memory at the front of `bytes` reads,
// or 0: [endbr64] [bnd] jmp [rip + disp32].
std::uint64_t slot_of_x86_64_stub(Bytes bytes, std::uint64_t address) {
  constexpr std::array<std::uint8_t, 4> kEndBranch = {0xf3, 0x0f, 0x1e, 0xfa};
  std::size_t at = 0;
  if (bytes.size() >= 4 && std::equal(kEndBranch.begin(), kEndBranch.end(), bytes.begin())) at = 4;
  if (at < bytes.size() && bytes[at] == 0xf2) ++at;
  if (bytes.size() < at + 6 || bytes[at] != 0xff || bytes[at + 1] != 0x25) return 0;
  const auto displacement = load<std::int32_t>(bytes.subspan(at + 2));
  return address + at + 6 + static_cast<std::uint64_t>(std::int64_t{displacement});
}

// The same for [bti c]; adrp x16, page; ldr x17, [x16, #offset]; add x16, ...; br x17.
std::uint64_t slot_of_aarch64_stub(Bytes bytes, std::uint64_t address) {
  constexpr std::uint32_t kBranchTargetC = 0xd503245f;
  const std::size_t at = bytes.size() >= 4 && load<std::uint32_t>(bytes) == kBranchTargetC ? 4 : 0;
  if (bytes.size() < at + 8) return 0;
  const auto adrp = load<std::uint32_t>(bytes.subspan(at));
  const auto ldr = load<std::uint32_t>(bytes.subspan(at + 4));
  if ((adrp & 0x9f00001f) != 0x90000010 || (ldr & 0xffc003ff) != 0xf9400211) return 0;
  // 21 bits of pages, signed: immhi in bits 5 to 23, immlo in 29 and 30.
  const std::uint64_t pages = ((adrp >> 5) & 0x7ffff) << 2 | ((adrp >> 29) & 3);
  constexpr std::uint64_t kSign = std::uint64_t{1} << 20;
  const std::uint64_t page =
      ((address + at) & ~std::uint64_t{0xfff}) + (((pages ^ kSign) - kSign) << 12);
  const std::uint64_t slot_in_page = (ldr >> 10) & 0xfff;
  return page + slot_in_page * 8;
}

// Stubs begin at multiples of 8 (.plt.got) or 16; of AArch64 at any instruction, since
// the header before them has 32 bytes, and stubs that begin with bti c have 24.
void add_plt_stubs(const Section& section, const Binary& binary, std::vector<Import>& stubs) {
  const bool x86_64 = binary.isa == Isa::kX86_64;
  const std::uint64_t step = x86_64 ? 8 : 4;
  std::uint64_t end = 0;  // of the stub before
  for (std::uint64_t offset = 0; offset < section.bytes.size(); offset += step) {
    if (offset < end) continue;
    const std::uint64_t address = section.address + offset;
    const Bytes rest = section.bytes.subspan(offset);
    const std::uint64_t slot =
        x86_64 ? slot_of_x86_64_stub(rest, address) : slot_of_aarch64_stub(rest, address);
    if (slot == 0) continue;
    if (!x86_64) end = offset + 16;
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

#include "measure/layouts/object_text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "mc/decoder.h"

namespace asmforge {
namespace {

constexpr std::uint64_t kPadAlignment = 64;
constexpr std::uint8_t kNop = 0x90;
constexpr std::uint64_t kRetain = 0x200000;  // SHF_GNU_RETAIN, newer than Debian 12's <elf.h>

std::uint64_t lowest_bit(std::uint64_t value) { return value & (~value + 1); }

bool is_code(const ElfSection& section) { return section.has_flag(SHF_EXECINSTR); }

bool is_function(const Elf64_Sym& symbol, const ElfFile& elf) {
  const unsigned type = ELF64_ST_TYPE(symbol.st_info);
  return (type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_NOTYPE) &&
         symbol.st_shndx != SHN_UNDEF && symbol.st_shndx < elf.sections.size() &&
         is_code(elf.sections[symbol.st_shndx]);
}

template <class T>
void append(std::vector<std::uint8_t>& bytes, const T& value) {
  const auto* front = reinterpret_cast<const std::uint8_t*>(&value);
  bytes.insert(bytes.end(), front, front + sizeof value);
}

void append_text(std::vector<std::uint8_t>& bytes, std::string_view text) {
  bytes.insert(bytes.end(), text.begin(), text.end());
}

}  // namespace

Result<std::vector<DefinedFunction>> defined_functions(Bytes object,
                                                       const std::vector<std::string>& names) {
  AF_TRY(const ElfFile elf, ElfFile::parse_x86_64(object));
  const ElfSection* symbols = elf.first_of_type(SHT_SYMTAB);
  const ElfSection* strings = symbols == nullptr ? nullptr : elf.linked_to(*symbols);
  std::vector<DefinedFunction> found;
  if (strings == nullptr) return found;
  const std::set<std::string_view> wanted(names.begin(), names.end());
  StringTable table(strings->bytes);
  std::map<std::string, DefinedFunction> by_name;
  std::map<std::uint32_t, std::uint32_t> in_section;
  std::map<std::string, std::uint32_t> section_of;
  const ElfTable<Elf64_Sym> entries = elf.table<Elf64_Sym>(symbols);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Elf64_Sym symbol = entries[i];
    if (!is_function(symbol, elf)) continue;
    if (ELF64_ST_TYPE(symbol.st_info) == STT_FUNC) ++in_section[symbol.st_shndx];
    const std::string_view name = table.at(symbol.st_name);
    if (!wanted.contains(name)) continue;
    const ElfSection& section = elf.sections[symbol.st_shndx];
    const std::uint64_t own = std::max<std::uint64_t>(section.header.sh_addralign, 1);
    section_of[std::string(name)] = symbol.st_shndx;
    by_name[std::string(name)] = {
        .name = std::string(name),
        .section = std::string(section.name),
        .offset = symbol.st_value,
        .alignment = symbol.st_value == 0 ? own : std::min(own, lowest_bit(symbol.st_value)),
        .functions_here = 0};
  }
  for (const std::string& name : names) {
    const auto at = by_name.find(name);
    if (at == by_name.end()) continue;
    at->second.functions_here = in_section[section_of[name]];
    found.push_back(at->second);
  }
  return found;
}

Result<std::vector<std::uint8_t>> without_text_alignment(Bytes object) {
  AF_TRY(const ElfFile elf, ElfFile::parse_x86_64(object));
  std::vector<std::uint8_t> copy(object.begin(), object.end());
  for (std::size_t i = 1; i < elf.sections.size(); ++i) {
    if (!elf.sections[i].name.starts_with(".text")) continue;
    const std::uint64_t at =
        elf.header.e_shoff + i * sizeof(Elf64_Shdr) + offsetof(Elf64_Shdr, sh_addralign);
    AF_CHECK(at + sizeof(std::uint64_t) <= copy.size());
    std::fill_n(copy.begin() + static_cast<std::ptrdiff_t>(at), sizeof(std::uint64_t), 0);
    copy[at] = 1;
  }
  return copy;
}

Result<std::vector<std::uint8_t>> comparable_code(Bytes object) {
  AF_TRY(const ElfFile elf, ElfFile::parse_x86_64(object));
  Decoder decoder(Isa::kX86_64);
  std::vector<std::uint8_t> code;
  for (const ElfSection& section : elf.sections) {
    if (!is_code(section) || section.bytes.empty()) continue;
    append_text(code, section.name);
    append(code, section.header.sh_size);
    const auto begin = static_cast<std::ptrdiff_t>(code.size());
    code.insert(code.end(), section.bytes.begin(), section.bytes.end());
    Function decoded;
    decoder.decode_linear(section.bytes, 0, decoded);
    for (const Insn& insn : decoded.insns)
      if (insn.is(InsnClass::kNop))
        std::fill_n(code.begin() + begin + static_cast<std::ptrdiff_t>(insn.address), insn.size,
                    kNop);
  }
  return code;
}

std::vector<std::uint8_t> pad_object(std::uint32_t bytes) {
  enum Section : std::uint16_t { kNull, kPad, kStack, kSymbols, kStrings, kNames, kCount };
  constexpr std::string_view kNameTable =
      std::string_view("\0.text.asmforge_pad\0.note.GNU-stack\0.symtab\0.strtab\0.shstrtab\0", 62);
  constexpr std::array<std::uint32_t, kCount> kNameAt = {0, 1, 20, 36, 44, 52};
  std::string strings(1, '\0');
  strings += kPadSymbol;
  strings += '\0';

  std::vector<std::uint8_t> file(sizeof(Elf64_Ehdr));
  std::array<Elf64_Shdr, kCount> headers = {};
  for (std::size_t i = 0; i < kCount; ++i) headers[i].sh_name = kNameAt[i];
  const auto begin = [&](Section section, std::uint32_t type, std::uint64_t alignment) {
    while (file.size() % 8 != 0) file.push_back(0);
    headers[section].sh_type = type;
    headers[section].sh_addralign = alignment;
    headers[section].sh_offset = file.size();
  };
  const auto end = [&](Section section) {
    headers[section].sh_size = file.size() - headers[section].sh_offset;
  };

  begin(kPad, SHT_PROGBITS, kPadAlignment);
  headers[kPad].sh_flags = SHF_ALLOC | SHF_EXECINSTR | kRetain;
  file.insert(file.end(), bytes, kNop);
  end(kPad);
  begin(kStack, SHT_PROGBITS, 1);
  end(kStack);
  begin(kSymbols, SHT_SYMTAB, 8);
  append(file, Elf64_Sym{});
  Elf64_Sym pad = {};
  pad.st_name = 1;
  pad.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE);
  pad.st_other = STV_HIDDEN;
  pad.st_shndx = kPad;
  append(file, pad);
  end(kSymbols);
  headers[kSymbols].sh_entsize = sizeof(Elf64_Sym);
  headers[kSymbols].sh_link = kStrings;
  headers[kSymbols].sh_info = 1;  // the first global symbol
  begin(kStrings, SHT_STRTAB, 1);
  append_text(file, strings);
  end(kStrings);
  begin(kNames, SHT_STRTAB, 1);
  append_text(file, kNameTable);
  end(kNames);

  while (file.size() % 8 != 0) file.push_back(0);
  Elf64_Ehdr header = {};
  std::copy_n(ELFMAG, SELFMAG, std::begin(header.e_ident));
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_ident[EI_OSABI] = ELFOSABI_GNU;  // SHF_GNU_RETAIN belongs to it
  header.e_type = ET_REL;
  header.e_machine = EM_X86_64;
  header.e_version = EV_CURRENT;
  header.e_ehsize = sizeof(Elf64_Ehdr);
  header.e_shentsize = sizeof(Elf64_Shdr);
  header.e_shoff = file.size();
  header.e_shnum = kCount;
  header.e_shstrndx = kNames;
  for (const Elf64_Shdr& section : headers) append(file, section);
  std::copy_n(reinterpret_cast<const std::uint8_t*>(&header), sizeof header, file.begin());
  return file;
}

}  // namespace asmforge

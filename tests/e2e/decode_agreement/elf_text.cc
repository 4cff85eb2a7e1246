#include "elf_text.h"

#include <elf.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace asmforge::agreement {

ElfText read_elf_text(const std::string& path) {
  ElfText out;
  std::ifstream in(path, std::ios::binary);
  out.file.assign(std::istreambuf_iterator<char>(in), {});
  Elf64_Ehdr header;
  if (out.file.size() < sizeof header) return out;
  std::memcpy(&header, out.file.data(), sizeof header);
  const bool known = header.e_machine == EM_X86_64 || header.e_machine == EM_AARCH64;
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || !known) return out;
  out.isa = header.e_machine == EM_AARCH64 ? Isa::kAarch64 : Isa::kX86_64;
  const auto section = [&](std::size_t i) {
    Elf64_Shdr s;
    std::memcpy(&s, out.file.data() + header.e_shoff + i * sizeof s, sizeof s);
    return s;
  };
  const Elf64_Shdr names = section(header.e_shstrndx);
  for (std::size_t i = 0; i < header.e_shnum; ++i) {
    const Elf64_Shdr s = section(i);
    if (s.sh_type != SHT_PROGBITS || (s.sh_flags & SHF_EXECINSTR) == 0) continue;
    const char* const name =
        reinterpret_cast<const char*>(out.file.data()) + names.sh_offset + s.sh_name;
    out.sections.push_back({name, s.sh_addr, std::span(out.file).subspan(s.sh_offset, s.sh_size)});
  }
  return out;
}

TemporaryElf::TemporaryElf(std::span<const std::uint8_t> code, Isa isa) {
  constexpr char kNames[] = "\0.text\0.shstrtab";
  constexpr std::uint64_t kCodeAt = sizeof(Elf64_Ehdr);
  const std::uint64_t names_at = kCodeAt + code.size();
  const std::uint64_t sections_at = (names_at + sizeof kNames + 7) / 8 * 8;
  Elf64_Ehdr header = {};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_EXEC;
  header.e_machine = isa == Isa::kAarch64 ? EM_AARCH64 : EM_X86_64;
  header.e_version = EV_CURRENT;
  header.e_ehsize = sizeof header;
  header.e_shoff = sections_at;
  header.e_shentsize = sizeof(Elf64_Shdr);
  header.e_shnum = 3;
  header.e_shstrndx = 2;
  Elf64_Shdr sections[3] = {};
  sections[1].sh_name = 1;
  sections[1].sh_type = SHT_PROGBITS;
  sections[1].sh_flags = SHF_ALLOC | SHF_EXECINSTR;
  sections[1].sh_addr = 0x1000;
  sections[1].sh_offset = kCodeAt;
  sections[1].sh_size = code.size();
  sections[2].sh_name = 7;
  sections[2].sh_type = SHT_STRTAB;
  sections[2].sh_offset = names_at;
  sections[2].sh_size = sizeof kNames;

  std::string image(sections_at + sizeof sections, '\0');
  std::memcpy(image.data(), &header, sizeof header);
  std::memcpy(image.data() + kCodeAt, code.data(), code.size());
  std::memcpy(image.data() + names_at, kNames, sizeof kNames);
  std::memcpy(image.data() + sections_at, sections, sizeof sections);
  path_ = (std::filesystem::temp_directory_path() / "decode_agreement_XXXXXX").string();
  const int file = mkstemp(path_.data());
  if (file < 0) return;
  close(file);
  std::ofstream(path_, std::ios::binary) << image;
}

TemporaryElf::~TemporaryElf() { std::filesystem::remove(path_); }

}  // namespace asmforge::agreement

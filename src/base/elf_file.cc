#include "base/elf_file.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string>

namespace asmforge {
namespace {

static_assert(std::endian::native == std::endian::little, "entries are copied as they are");

struct MachineName {
  std::uint16_t machine;
  std::string_view name;
};
constexpr std::array kMachines = {
    MachineName{EM_386, "32-bit x86"}, MachineName{EM_ARM, "32-bit ARM"},
    MachineName{EM_X86_64, "x86-64"},  MachineName{EM_AARCH64, "AArch64"},
    MachineName{EM_RISCV, "RISC-V"},   MachineName{EM_PPC64, "PowerPC64"},
    MachineName{EM_PPC, "PowerPC"},    MachineName{EM_S390, "S/390"},
    MachineName{EM_MIPS, "MIPS"},      MachineName{EM_BPF, "BPF"},
    MachineName{258, "LoongArch"},     MachineName{EM_SPARCV9, "SPARC"},
    MachineName{EM_AVR, "AVR"},
};

std::string machine_name(std::uint16_t machine) {
  for (const MachineName& known : kMachines)
    if (known.machine == machine) return std::string(known.name);
  return {};
}

Error malformed(const std::string& what) {
  return {ErrorCode::kBadInput, what, "the file is truncated or corrupt; build or copy it again"};
}

Error unsupported(const std::string& what) {
  return {ErrorCode::kBadInput, what, "this build reads ELF files of x86-64 and AArch64"};
}

bool fits(std::uint64_t offset, std::uint64_t size, std::uint64_t total) {
  return offset <= total && size <= total - offset;
}

// e_ident and e_machine: is this a file that we can read at all?
Result<Done> check_identity(Bytes bytes) {
  if (bytes.size() < EI_NIDENT) return malformed("the ELF header is cut off");
  const std::uint8_t file_class = bytes[EI_CLASS];
  const std::uint8_t encoding = bytes[EI_DATA];
  if (encoding == ELFDATA2MSB) return unsupported("is a big-endian ELF file");
  if (encoding != ELFDATA2LSB || (file_class != ELFCLASS32 && file_class != ELFCLASS64))
    return malformed("the ELF header has no valid class and encoding");
  // e_machine lies at the same place in both classes.
  if (bytes.size() < 20) return malformed("the ELF header is cut off");
  const auto machine = load<std::uint16_t>(bytes.subspan(18));
  if (machine != EM_X86_64 && machine != EM_AARCH64) {
    const std::string name = machine_name(machine);
    return unsupported("is " +
                       (name.empty() ? "for ELF machine " + std::to_string(machine) : name));
  }
  if (file_class == ELFCLASS32)
    return unsupported(machine == EM_X86_64 ? "is a 32-bit ELF file (x32)"
                                            : "is a 32-bit ELF file (ILP32)");
  if (bytes.size() < sizeof(Elf64_Ehdr)) return malformed("the ELF header is cut off");
  return Done{};
}

Result<Done> check_type(const Elf64_Ehdr& header) {
  switch (header.e_type) {
    case ET_EXEC:
    case ET_DYN:
    case ET_REL: return Done{};
    case ET_CORE:
      return Error{ErrorCode::kBadInput, "is a core dump, not a program",
                   "name the program itself"};
    default: return malformed("has the unknown ELF file type " + std::to_string(header.e_type));
  }
}

// The size of one entry of a table section; 0 when we do not read it as a table.
std::uint64_t entry_size_of(std::uint32_t section_type) {
  switch (section_type) {
    case SHT_SYMTAB:
    case SHT_DYNSYM: return sizeof(Elf64_Sym);
    case SHT_RELA: return sizeof(Elf64_Rela);
    case SHT_REL: return sizeof(Elf64_Rel);
    default: return 0;
  }
}

Result<Done> check_section(const ElfSection& section, std::size_t index, std::uint64_t file_size) {
  const Elf64_Shdr& header = section.header;
  const auto named = [&] { return "section " + std::to_string(index); };
  if (header.sh_type != SHT_NOBITS && !fits(header.sh_offset, header.sh_size, file_size))
    return malformed(named() + " ends behind the end of the file");
  if (section.has_flag(SHF_ALLOC) && header.sh_addr + header.sh_size < header.sh_addr)
    return malformed(named() + " wraps around the address space");
  const std::uint64_t entry = entry_size_of(header.sh_type);
  if (entry != 0 && header.sh_size != 0 &&
      (header.sh_entsize != entry || header.sh_size % entry != 0))
    return malformed(named() + " is a table whose entry size is wrong");
  return Done{};
}

Result<Done> read_segments(ElfFile& file) {
  const Elf64_Ehdr& header = file.header;
  if (header.e_phnum == 0) return Done{};
  if (header.e_phentsize != sizeof(Elf64_Phdr))
    return malformed("the program headers have a wrong entry size");
  const std::uint64_t size = std::uint64_t{header.e_phnum} * sizeof(Elf64_Phdr);
  if (!fits(header.e_phoff, size, file.bytes.size()))
    return malformed("the program headers end behind the end of the file");
  const ElfTable<Elf64_Phdr> table(file.bytes.subspan(header.e_phoff, size));
  for (std::size_t i = 0; i < table.size(); ++i) file.segments.push_back(table[i]);
  return Done{};
}

Result<Done> read_sections(ElfFile& file) {
  const Elf64_Ehdr& header = file.header;
  if (header.e_shoff == 0) return Done{};
  if (header.e_shentsize != sizeof(Elf64_Shdr))
    return malformed("the section headers have a wrong entry size");
  if (!fits(header.e_shoff, sizeof(Elf64_Shdr), file.bytes.size()))
    return malformed("the section headers lie behind the end of the file");
  const Bytes rest = file.bytes.subspan(header.e_shoff);
  const auto null_section = load<Elf64_Shdr>(rest);
  // With 65,280 sections or more the true count is in the null section.
  const std::uint64_t count = header.e_shnum != 0 ? header.e_shnum : null_section.sh_size;
  if (count > rest.size() / sizeof(Elf64_Shdr))
    return malformed("the section headers end behind the end of the file");

  const ElfTable<Elf64_Shdr> table(rest.first(count * sizeof(Elf64_Shdr)));
  file.sections.resize(count);
  std::uint64_t total = 0;
  for (std::size_t i = 1; i < count; ++i) {
    ElfSection& section = file.sections[i];
    section.header = table[i];
    if (section.header.sh_type == SHT_NULL) continue;
    AF_TRY([[maybe_unused]] const Done ok, check_section(section, i, file.bytes.size()));
    if (section.header.sh_type == SHT_NOBITS) continue;
    section.bytes = file.bytes.subspan(section.header.sh_offset, section.header.sh_size);
    // Sections of a sane file do not share bytes. Without this a small file could
    // show us the same megabytes a million times.
    total += section.header.sh_size;
    if (total > 2 * file.bytes.size()) return malformed("its sections overlap in the file");
  }

  const std::uint64_t names =
      header.e_shstrndx == SHN_XINDEX ? null_section.sh_link : header.e_shstrndx;
  if (names >= count) {
    if (names != SHN_UNDEF) return malformed("the section names are in no section");
    return Done{};
  }
  StringTable strings(file.sections[names].bytes);
  for (ElfSection& section : file.sections) section.name = strings.at(section.header.sh_name);
  return Done{};
}

}  // namespace

bool ElfSection::occupies_memory() const {
  const bool thread_local_zeros = has_flag(SHF_TLS) && header.sh_type == SHT_NOBITS;
  return has_flag(SHF_ALLOC) && header.sh_size != 0 && !thread_local_zeros;
}

bool is_elf(Bytes bytes) {
  return bytes.size() >= SELFMAG && std::memcmp(bytes.data(), ELFMAG, SELFMAG) == 0;
}

Result<ElfFile> ElfFile::parse(Bytes bytes) {
  AF_TRY([[maybe_unused]] const Done identity, check_identity(bytes));
  ElfFile file;
  file.bytes = bytes;
  file.header = load<Elf64_Ehdr>(bytes);
  AF_TRY([[maybe_unused]] const Done type, check_type(file.header));
  AF_TRY([[maybe_unused]] const Done segments, read_segments(file));
  AF_TRY([[maybe_unused]] const Done sections, read_sections(file));
  return file;
}

Result<ElfFile> ElfFile::parse_x86_64(Bytes bytes) {
  Result<ElfFile> file = parse(bytes);
  if (file && file->header.e_machine != EM_X86_64)
    return Error{ErrorCode::kBadInput, "is " + machine_name(file->header.e_machine),
                 "this is done for x86-64 programs alone"};
  return file;
}

const ElfSection* ElfFile::section_named(std::string_view name) const {
  const auto found = std::find_if(sections.begin(), sections.end(),
                                  [&](const ElfSection& section) { return section.name == name; });
  return found == sections.end() ? nullptr : &*found;
}

const ElfSection* ElfFile::first_of_type(std::uint32_t type) const {
  const auto found = std::find_if(sections.begin(), sections.end(), [&](const ElfSection& section) {
    return section.header.sh_type == type;
  });
  return found == sections.end() ? nullptr : &*found;
}

const ElfSection* ElfFile::linked_to(const ElfSection& section) const {
  const std::uint32_t index = section.header.sh_link;
  return index != 0 && index < sections.size() ? &sections[index] : nullptr;
}

Bytes ElfFile::loaded_bytes(std::uint64_t address, std::uint64_t size) const {
  for (const Elf64_Phdr& segment : segments) {
    if (segment.p_type != PT_LOAD || address < segment.p_vaddr) continue;
    const std::uint64_t offset = address - segment.p_vaddr;
    if (offset >= segment.p_filesz || segment.p_offset > bytes.size()) continue;
    const Bytes rest = bytes.subspan(segment.p_offset);
    if (offset >= rest.size()) continue;
    const std::uint64_t available = std::min<std::uint64_t>(segment.p_filesz, rest.size()) - offset;
    return rest.subspan(offset, std::min(size, available));
  }
  return {};
}

namespace {
// The longest real names (C++ expression templates) have some ten thousand bytes.
constexpr std::size_t kLongestName = 1 << 16;
// Symbols share names (suffix merging, same local name in many files), so the
// sum may exceed the table, but not without bound.
constexpr std::uint64_t kSharing = 64;
constexpr std::uint64_t kFreeBytes = 1 << 24;
}  // namespace

StringTable::StringTable(Bytes bytes)
    : bytes_(bytes), budget_(kFreeBytes + kSharing * bytes.size()) {}

std::string_view StringTable::at(std::uint64_t offset) {
  if (offset == 0 || offset >= bytes_.size()) return {};
  const Bytes rest = bytes_.subspan(offset);
  const std::size_t longest = std::min<std::uint64_t>({rest.size(), kLongestName, budget_});
  const void* end = std::memchr(rest.data(), 0, longest);
  const std::size_t length =
      end == nullptr
          ? longest
          : static_cast<std::size_t>(static_cast<const std::uint8_t*>(end) - rest.data());
  budget_ -= length;
  if (end == nullptr) return {};
  return {reinterpret_cast<const char*>(rest.data()), length};
}

}  // namespace asmforge

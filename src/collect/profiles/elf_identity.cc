#include "collect/profiles/elf_identity.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/elf_file.h"
#include "base/mapped_file.h"

namespace asmforge {
namespace {

constexpr std::uint64_t kHashStart = 0xcbf29ce484222325;  // FNV-1a's constants
constexpr std::uint64_t kHashPrime = 0x100000001b3;

std::uint64_t hashed(std::uint64_t hash, Bytes bytes) {
  for (const std::uint8_t byte : bytes) hash = (hash ^ byte) * kHashPrime;
  return hash;
}

// From the note segments: section headers may be stripped away.
std::string build_id_of(Bytes notes) {
  while (notes.size() >= sizeof(Elf64_Nhdr)) {
    const auto note = load<Elf64_Nhdr>(notes);
    notes = notes.subspan(sizeof(note));
    const std::uint64_t name_size = (std::uint64_t{note.n_namesz} + 3) / 4 * 4;
    const std::uint64_t id_size = (std::uint64_t{note.n_descsz} + 3) / 4 * 4;
    if (name_size > notes.size() || note.n_descsz > notes.size() - name_size) return {};
    const bool gnu = note.n_namesz == 4 && std::memcmp(notes.data(), "GNU", 4) == 0;
    const Bytes id = notes.subspan(name_size, note.n_descsz);
    if (gnu && note.n_type == NT_GNU_BUILD_ID && id.size() <= 64)
      return fmt::format("{:02x}", fmt::join(id, ""));
    notes = notes.subspan(std::min<std::uint64_t>(name_size + id_size, notes.size()));
  }
  return {};
}

}  // namespace

std::optional<FileStamp> stamp_of(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileStamp{status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size),
                   status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

std::optional<std::uint64_t> ElfIdentity::address_of(std::uint64_t file_offset) const {
  // Two loads may share a page of the file; code is in the executable one.
  for (const bool wanted : {true, false})
    for (const Load& part : loads)
      if (part.executable == wanted && file_offset >= part.offset &&
          file_offset - part.offset < part.size)
        return part.address + (file_offset - part.offset);
  return std::nullopt;
}

std::string hash_of_code(Bytes file, const std::vector<ElfIdentity::Load>& loads) {
  std::uint64_t hash = kHashStart;
  for (const ElfIdentity::Load& part : loads) {
    if (!part.executable || part.offset > file.size()) continue;
    for (int shift = 0; shift < 64; shift += 8) {
      const auto byte = static_cast<std::uint8_t>(part.address >> shift);
      hash = hashed(hash, Bytes(&byte, 1));
    }
    hash = hashed(hash, file.subspan(part.offset, std::min<std::uint64_t>(
                                                      part.size, file.size() - part.offset)));
  }
  return fmt::format("{:016x}", hash);
}

Result<ElfIdentity> identify_elf(Bytes bytes) {
  AF_TRY(const ElfFile file, ElfFile::parse(bytes));
  ElfIdentity identity;
  for (const Elf64_Phdr& segment : file.segments) {
    if (segment.p_type == PT_LOAD && segment.p_filesz != 0)
      identity.loads.push_back(
          {segment.p_offset, segment.p_filesz, segment.p_vaddr, (segment.p_flags & PF_X) != 0});
    if (segment.p_type == PT_NOTE && identity.build_id.empty() &&
        segment.p_offset <= bytes.size() && segment.p_filesz <= bytes.size() - segment.p_offset)
      identity.build_id = build_id_of(bytes.subspan(segment.p_offset, segment.p_filesz));
  }
  if (identity.build_id.empty()) identity.content_hash = hash_of_code(bytes, identity.loads);
  return identity;
}

Result<ElfIdentity> identify_elf_file(const std::string& path) {
  AF_TRY(const auto file, MappedFile::open(path));
  return identify_elf(file->bytes());
}

}  // namespace asmforge

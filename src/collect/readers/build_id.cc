#include "collect/readers/build_id.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>

namespace asmforge {

// A note section:  size of name, size of id, type, "GNU\0", id.
std::string build_id_of(const ElfFile& file) {
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

}  // namespace asmforge

// A program file as the kernel and the loader see it, and what of it they never see.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/elf_file.h"
#include "base/mapped_file.h"
#include "core/result.h"

namespace asmforge {

struct LoadedFile {
  std::shared_ptr<const MappedFile> file;
  ElfFile elf;
};

// The descriptor of the build id within .note.gnu.build-id or PT_NOTE, as file
// offsets; the one thing that is loaded and decides nothing.
struct FileRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};
std::vector<FileRange> build_id_ranges(const ElfFile& elf);

// The first difference in what is loaded from the two files, addresses included;
// none when they are identical to the last byte that matters.
std::optional<std::string> loaded_difference(const ElfFile& before, const ElfFile& after);

// The first difference in what is not loaded, but is nothing that a program never
// reads either: sections nobody knows, bytes appended to the file.
std::optional<std::string> unknown_difference(const ElfFile& before, const ElfFile& after);

// Why the dynamic loader could find other libraries for one than for the other.
std::optional<std::string> library_difference(const LoadedFile& before, const LoadedFile& after);

// The strings of the dynamic section's entries of this tag, in their order.
std::vector<std::string> dynamic_strings(const ElfFile& elf, std::int64_t tag);

// The allocated section that holds this address; nullptr for none.
const ElfSection* loaded_section_at(const ElfFile& elf, std::uint64_t address);

}  // namespace asmforge

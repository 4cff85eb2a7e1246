#include "verdict/loaded_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/text.h"
#include "collect/readers/byte_cursor.h"

namespace asmforge {
namespace {

// What no program reads of itself in order to run. Names and beginnings of names.
constexpr std::array kNeverLoaded = {
    std::string_view(".debug_"),       std::string_view(".zdebug_"),
    std::string_view(".comment"),      std::string_view(".symtab"),
    std::string_view(".strtab"),       std::string_view(".shstrtab"),
    std::string_view(".gnu_debug"),  // .gnu_debuglink, .gnu_debugaltlink, .gnu_debugdata
    std::string_view(".gdb_index"),    std::string_view(".stab"),
    std::string_view(".gnu.build."),   std::string_view(".note.stapsdt"),
    std::string_view(".rela."),  // of a link with --emit-relocs
    std::string_view(".llvm_addrsig"),
};

bool is_never_loaded(const ElfSection& section) {
  return std::ranges::any_of(kNeverLoaded,
                             [&](std::string_view name) { return section.name.starts_with(name); });
}

std::string place_of(const ElfFile& elf, std::uint64_t address) {
  const ElfSection* section = loaded_section_at(elf, address);
  if (section == nullptr) return fmt::format("what is loaded at {:#x}", address);
  return fmt::format("{} at {:#x}", printable(section->name), address);
}

// What the kernel reads of the header: where the section table lies is not part of it.
std::optional<std::string> header_difference(const Elf64_Ehdr& before, const Elf64_Ehdr& after) {
  if (!std::ranges::equal(before.e_ident, after.e_ident) || before.e_type != after.e_type ||
      before.e_machine != after.e_machine || before.e_version != after.e_version ||
      before.e_flags != after.e_flags || before.e_phoff != after.e_phoff ||
      before.e_phnum != after.e_phnum)
    return "the ELF headers differ";
  if (before.e_entry != after.e_entry)
    return fmt::format("the entry point is {:#x} before and {:#x} after", before.e_entry,
                       after.e_entry);
  return std::nullopt;
}

// File offsets whose contents decide nothing: the build id, and where the section
// table lies, which the first segment usually holds with the rest of the header.
std::vector<FileRange> ignored_ranges(const ElfFile& elf) {
  std::vector<FileRange> ranges = build_id_ranges(elf);
  const auto header_field = [&](std::size_t offset, std::size_t size) {
    ranges.push_back({offset, offset + size});
  };
  header_field(offsetof(Elf64_Ehdr, e_shoff), sizeof(Elf64_Off));
  header_field(offsetof(Elf64_Ehdr, e_shentsize), 3 * sizeof(Elf64_Half));
  return ranges;
}

bool is_ignored(const std::vector<FileRange>& ranges, std::uint64_t offset) {
  return std::ranges::any_of(ranges, [offset](const FileRange& range) {
    return offset >= range.begin && offset < range.end;
  });
}

Bytes file_part(const ElfFile& elf, std::uint64_t offset, std::uint64_t size) {
  if (offset > elf.bytes.size() || size > elf.bytes.size() - offset) return {};
  return elf.bytes.subspan(offset, size);
}

void add_build_ids(Bytes notes, std::uint64_t offset, std::uint64_t alignment,
                   std::vector<FileRange>& found) {
  // An alignment of 8 pads name and descriptor to 8; everything else to 4.
  const std::uint64_t step = alignment == 8 ? 8 : 4;
  ByteCursor cursor(notes);
  while (cursor.ok() && !cursor.at_end()) {
    const auto name_size = cursor.take<std::uint32_t>();
    const auto size = cursor.take<std::uint32_t>();
    const auto type = cursor.take<std::uint32_t>();
    const Bytes name = cursor.take_bytes(name_size);
    const std::uint64_t after_name = cursor.offset();
    cursor.skip((step - after_name % step) % step);
    const std::uint64_t begin = cursor.offset();
    cursor.skip(size);
    if (!cursor.ok()) return;
    const bool gnu = name.size() == 4 && std::memcmp(name.data(), "GNU", 4) == 0;
    if (gnu && type == NT_GNU_BUILD_ID) found.push_back({offset + begin, offset + begin + size});
    cursor.skip((step - cursor.offset() % step) % step);
  }
}

// The end of all that headers, sections and segments of the file describe.
std::uint64_t described_end(const ElfFile& elf) {
  const auto end_of = [&](std::uint64_t offset, std::uint64_t size) {
    return offset > elf.bytes.size() ? elf.bytes.size()
                                     : std::min<std::uint64_t>(offset + size, elf.bytes.size());
  };
  std::uint64_t end = end_of(elf.header.e_shoff, elf.sections.size() * sizeof(Elf64_Shdr));
  end = std::max(end, end_of(elf.header.e_phoff, elf.segments.size() * sizeof(Elf64_Phdr)));
  for (const Elf64_Phdr& segment : elf.segments)
    end = std::max(end, end_of(segment.p_offset, segment.p_filesz));
  for (const ElfSection& section : elf.sections) {
    if (section.header.sh_type != SHT_NOBITS && section.header.sh_type != SHT_NULL)
      end = std::max(end, end_of(section.header.sh_offset, section.header.sh_size));
  }
  return end;
}

std::vector<const ElfSection*> unknown_sections(const ElfFile& elf) {
  std::vector<const ElfSection*> unknown;
  for (const ElfSection& section : elf.sections) {
    if (section.header.sh_type != SHT_NULL && !section.has_flag(SHF_ALLOC) &&
        !is_never_loaded(section))
      unknown.push_back(&section);
  }
  return unknown;
}

}  // namespace

std::vector<FileRange> build_id_ranges(const ElfFile& elf) {
  std::vector<FileRange> found;
  for (const Elf64_Phdr& segment : elf.segments) {
    if (segment.p_type == PT_NOTE)
      add_build_ids(file_part(elf, segment.p_offset, segment.p_filesz), segment.p_offset,
                    segment.p_align, found);
  }
  return found;
}

std::optional<std::string> loaded_difference(const ElfFile& before, const ElfFile& after) {
  if (auto header = header_difference(before.header, after.header)) return header;
  const auto equal_segments = [](const Elf64_Phdr& b, const Elf64_Phdr& a) {
    return std::memcmp(&b, &a, sizeof(Elf64_Phdr)) == 0;
  };
  if (!std::ranges::equal(before.segments, after.segments, equal_segments))
    return "the program headers differ";
  const std::vector<FileRange> ignored_before = ignored_ranges(before);
  const std::vector<FileRange> ignored_after = ignored_ranges(after);
  for (const Elf64_Phdr& segment : before.segments) {
    // Also what no PT_LOAD holds but a header names: the interpreter, notes.
    if (segment.p_type == PT_NULL) continue;
    const Bytes b = file_part(before, segment.p_offset, segment.p_filesz);
    const Bytes a = file_part(after, segment.p_offset, segment.p_filesz);
    if (b.size() != segment.p_filesz || a.size() != segment.p_filesz)
      return "a segment ends behind the end of the file";
    std::size_t i = 0;
    while (true) {
      const auto [at, other] = std::mismatch(b.begin() + static_cast<std::ptrdiff_t>(i), b.end(),
                                             a.begin() + static_cast<std::ptrdiff_t>(i));
      if (at == b.end()) break;
      i = static_cast<std::size_t>(at - b.begin());
      const std::uint64_t offset = segment.p_offset + i;
      if (!is_ignored(ignored_before, offset) || !is_ignored(ignored_after, offset))
        return place_of(before, segment.p_vaddr + i) + " differs";
      ++i;
    }
  }
  return std::nullopt;
}

std::optional<std::string> unknown_difference(const ElfFile& before, const ElfFile& after) {
  const auto b = unknown_sections(before);
  const auto a = unknown_sections(after);
  const auto missing = [](const ElfSection* section) {
    return fmt::format("only one has the section {}", printable(section->name));
  };
  for (std::size_t i = 0; i < std::max(b.size(), a.size()); ++i) {
    if (i >= b.size()) return missing(a[i]);
    if (i >= a.size()) return missing(b[i]);
    if (b[i]->name != a[i]->name) return missing(b[i]);
    if (!std::ranges::equal(b[i]->bytes, a[i]->bytes))
      return fmt::format("the section {} differs, which the program may read from its file",
                         printable(b[i]->name));
  }
  if (!std::ranges::equal(before.bytes.subspan(described_end(before)),
                          after.bytes.subspan(described_end(after))))
    return "what is appended to the files differs";
  return std::nullopt;
}

std::vector<std::string> dynamic_strings(const ElfFile& elf, std::int64_t wanted) {
  std::vector<std::string> found;
  for (const Elf64_Phdr& segment : elf.segments) {
    if (segment.p_type != PT_DYNAMIC) continue;
    const ElfTable<Elf64_Dyn> entries(file_part(elf, segment.p_offset, segment.p_filesz));
    std::uint64_t strings = 0;
    std::uint64_t strings_size = 0;
    for (std::size_t i = 0; i < entries.size() && entries[i].d_tag != DT_NULL; ++i) {
      if (entries[i].d_tag == DT_STRTAB) strings = entries[i].d_un.d_ptr;
      if (entries[i].d_tag == DT_STRSZ) strings_size = entries[i].d_un.d_val;
    }
    StringTable table(elf.loaded_bytes(strings, strings_size));
    for (std::size_t i = 0; i < entries.size() && entries[i].d_tag != DT_NULL; ++i) {
      if (entries[i].d_tag == wanted) found.emplace_back(table.at(entries[i].d_un.d_val));
    }
  }
  return found;
}

std::optional<std::string> library_difference(const LoadedFile& before, const LoadedFile& after) {
  const auto needed_before = dynamic_strings(before.elf, DT_NEEDED);
  const auto needed_after = dynamic_strings(after.elf, DT_NEEDED);
  for (std::size_t i = 0; i < std::max(needed_before.size(), needed_after.size()); ++i) {
    if (i < needed_before.size() && i < needed_after.size() && needed_before[i] == needed_after[i])
      continue;
    return fmt::format("the needed libraries differ at {}",
                       printable(i < needed_after.size() ? needed_after[i] : needed_before[i]));
  }
  bool beside_itself = false;
  for (const std::int64_t tag : {DT_RPATH, DT_RUNPATH}) {
    const auto paths_before = dynamic_strings(before.elf, tag);
    if (paths_before != dynamic_strings(after.elf, tag))
      return "the search paths of libraries differ";
    for (const std::string& path : paths_before) {
      if (path.find("$ORIGIN") != std::string::npos || path.find("${ORIGIN}") != std::string::npos)
        beside_itself = true;
    }
  }
  if (!beside_itself || needed_before.empty()) return std::nullopt;
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path folder_before = fs::canonical(before.file->path(), error).parent_path();
  if (error) return "where the libraries are found cannot be told";
  const fs::path folder_after = fs::canonical(after.file->path(), error).parent_path();
  if (!error && folder_before == folder_after) return std::nullopt;
  return "libraries are looked for beside the program ($ORIGIN), and the two lie in different "
         "folders";
}

const ElfSection* loaded_section_at(const ElfFile& elf, std::uint64_t address) {
  for (const ElfSection& section : elf.sections) {
    if (section.occupies_memory() && address >= section.header.sh_addr &&
        address - section.header.sh_addr < section.header.sh_size)
      return &section;
  }
  return nullptr;
}

}  // namespace asmforge

// The tables of a 64-bit little-endian ELF file, with every offset, size and
// count checked against the file before anything looks at what they point to.
//
// <elf.h> gives the layouts; entries are copied out of the file, because members
// of an archive need not be aligned.
#pragma once

#include <elf.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace asmforge {

using Bytes = std::span<const std::uint8_t>;

// `count` entries of type T, one after another, not aligned.
template <class T>
class ElfTable {
 public:
  ElfTable() = default;
  explicit ElfTable(Bytes bytes) : bytes_(bytes) {}
  [[nodiscard]] std::size_t size() const { return bytes_.size() / sizeof(T); }
  [[nodiscard]] T operator[](std::size_t i) const {
    T entry;
    std::memcpy(&entry, bytes_.data() + i * sizeof(T), sizeof(T));
    return entry;
  }

 private:
  Bytes bytes_;
};

// A little-endian value at the front of `bytes`, which must be long enough.
template <class T>
T load(Bytes bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

struct ElfSection {
  Elf64_Shdr header = {};
  std::string_view name;
  Bytes bytes;  // empty for SHT_NOBITS

  [[nodiscard]] bool has_flag(std::uint64_t flag) const { return (header.sh_flags & flag) != 0; }
  // Takes up addresses of the running program; .tbss does not.
  [[nodiscard]] bool occupies_memory() const;
};

struct ElfFile {
  Bytes bytes;
  Elf64_Ehdr header = {};
  std::vector<ElfSection> sections;  // by index; [0] is the null section
  std::vector<Elf64_Phdr> segments;

  // Sections read as tables must have entries of the right size.
  static Result<ElfFile> parse(Bytes bytes);
  // For those who know no other machine's code and relocations.
  static Result<ElfFile> parse_x86_64(Bytes bytes);

  [[nodiscard]] const ElfSection* section_named(std::string_view name) const;
  [[nodiscard]] const ElfSection* first_of_type(std::uint32_t type) const;
  // The entry size of symbol and relocation tables was checked by parse.
  template <class T>
  [[nodiscard]] ElfTable<T> table(const ElfSection* section) const {
    return section == nullptr ? ElfTable<T>() : ElfTable<T>(section->bytes);
  }
  // The section that sh_link of `section` names; nullptr when there is none.
  [[nodiscard]] const ElfSection* linked_to(const ElfSection& section) const;
  // File bytes of an address range of the loaded image, from the segments.
  [[nodiscard]] Bytes loaded_bytes(std::uint64_t address, std::uint64_t size) const;
};

bool is_elf(Bytes bytes);

// Names from one string table. A hostile table can make millions of symbols
// share one endless name, so names are cut off by length and by their sum.
class StringTable {
 public:
  StringTable() = default;
  explicit StringTable(Bytes bytes);
  // Empty when the offset is outside, the name does not end or it is too long.
  [[nodiscard]] std::string_view at(std::uint64_t offset);
  // Names of a table of symbols lie in no order: asking early hides the wait for memory.
  void prefetch(std::uint64_t offset) const {
    if (offset < bytes_.size()) __builtin_prefetch(bytes_.data() + offset);
  }

 private:
  Bytes bytes_;
  std::uint64_t budget_ = 0;
};

}  // namespace asmforge

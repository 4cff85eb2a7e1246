// What tells one build of an ELF file from another, and where its code is loaded.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"

namespace asmforge {

// What stat says of a file; equal for the same file left alone.
struct FileStamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t modified_seconds = 0;
  std::int64_t modified_nanoseconds = 0;
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};
std::optional<FileStamp> stamp_of(const std::string& path);

struct ElfIdentity {
  struct Load {
    std::uint64_t offset = 0;   // in the file
    std::uint64_t size = 0;     // bytes in the file
    std::uint64_t address = 0;  // at load base 0
    bool executable = false;
  };
  std::string build_id;      // lower-case hexadecimal, or empty
  std::string content_hash;  // only when there is no build id
  std::vector<Load> loads;

  // The address of a byte of the file, of executable loads first.
  [[nodiscard]] std::optional<std::uint64_t> address_of(std::uint64_t file_offset) const;
};

Result<ElfIdentity> identify_elf(std::span<const std::uint8_t> file);
Result<ElfIdentity> identify_elf_file(const std::string& path);

// FNV-1a over the bytes of the executable loads and their addresses, 16 hexadecimal
// digits: stripping, which leaves code and addresses alone, does not change it.
std::string hash_of_code(std::span<const std::uint8_t> file, const std::vector<ElfIdentity::Load>&);

}  // namespace asmforge

// Collects counts of places in files and turns them into a Profile.
//
// A place in a file that cannot be given an address (no ELF file, gone, changed since
// it ran) is counted as unattributed, so that totals add up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "collect/profiles/elf_identity.h"
#include "core/profile.h"

namespace asmforge {

struct CodeFile {
  std::string path;
  std::optional<FileStamp> stamp;  // of the file that ran; none: whatever is there now
  std::string build_id;            // of the file that ran; empty: not known
};

class ProfileBuilder {
 public:
  using FileNumber = std::uint32_t;

  // Looks at the file now, the first time that it is named.
  FileNumber file(const CodeFile& file);
  void add(FileNumber file, std::uint64_t offset, std::uint64_t count);
  void add_unattributed(std::uint64_t count) { unattributed_ += count; }
  // Something ran that is not counted; said once.
  void incomplete(const std::string& note);
  void note(const std::string& note);

  [[nodiscard]] Profile finish() const;

 private:
  struct Entry {
    CodeFile file;
    std::optional<ElfIdentity> identity;
    std::unordered_map<std::uint64_t, std::uint64_t> counts;  // by address
    std::uint64_t not_placed = 0;
    std::string why;  // nothing of it can be placed
  };
  std::vector<Entry> files_;
  std::unordered_map<std::string, FileNumber> numbers_;
  std::uint64_t unattributed_ = 0;
  bool complete_ = true;
  std::vector<std::string> notes_;
};

}  // namespace asmforge

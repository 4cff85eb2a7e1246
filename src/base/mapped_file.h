// A file's bytes, mapped read-only.
//
// The file may be cut short while it is mapped; touching a page behind its new
// end then raises SIGBUS. A handler knows the mapped ranges and ends the process
// with one sentence and exit status 2, because no caller can go on from there.
// This is the one place outside cli/ that prints and exits.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/result.h"

struct stat;

namespace asmforge {

class MappedFile {
 public:
  // Only regular files with at least one byte. Never blocks, a FIFO is refused.
  static Result<std::shared_ptr<const MappedFile>> open(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return bytes_; }

  // An error when the path now leads to another file, or to the same file with
  // another size or modification time than when it was opened.
  [[nodiscard]] Result<Done> check_unchanged() const;

  // Whether all of `bytes` lies in one file that is mapped now.
  static bool is_mapped(std::span<const std::uint8_t> bytes);

 private:
  struct Identity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t size = 0;
    std::int64_t modified_seconds = 0;
    std::int64_t modified_nanoseconds = 0;
    friend bool operator==(const Identity&, const Identity&) = default;
  };
  struct Range;
  MappedFile() = default;
  static Identity identity_of(const struct stat& status);

  std::string path_;
  std::span<const std::uint8_t> bytes_;
  Identity identity_;
  Range* range_ = nullptr;
};

// Lets the kernel take back the whole pages inside `bytes`; they are read from
// the file again when they are touched. Does nothing to bytes that no MappedFile
// holds, so it is safe on private copies.
void release_pages(std::span<const std::uint8_t> bytes);

}  // namespace asmforge

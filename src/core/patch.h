// An exact edit of one file: undoing it gives every byte back.
#pragma once

#include <cstdint>
#include <string>

namespace asmforge {

struct Patch {
  std::string file;          // from the repository's top
  std::uint64_t offset = 0;  // in bytes
  std::string old_bytes;     // that stand there
  std::string new_bytes;     // that take their place
  bool operator==(const Patch&) const = default;
};

}  // namespace asmforge

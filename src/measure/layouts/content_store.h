// A folder of files named by their content: what a build read, as it was then.
//
// Many processes write it at once; a file appears whole or not at all.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/result.h"

namespace asmforge {

class ContentStore {
 public:
  explicit ContentStore(std::string directory) : directory_(std::move(directory)) {}

  // Copies what is not there yet; the content's hash.
  [[nodiscard]] Result<std::string> keep_file(const std::string& path) const;
  [[nodiscard]] Result<std::string> keep(std::span<const std::uint8_t> bytes) const;
  [[nodiscard]] std::string path_of(const std::string& hash) const {
    return directory_ + "/" + hash;
  }

 private:
  std::string directory_;
};

// All bytes at once under another name that then becomes `path`.
Result<Done> write_whole_file(const std::string& path, std::span<const std::uint8_t> bytes,
                              bool executable = false);

}  // namespace asmforge

// Opens an object or archive that is in memory already.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/mapped_file.h"
#include "collect/open.h"

namespace asmforge {

// As open_input. `bytes` must outlive the result unless `file`, which then is
// kept with it, holds them. `member` picks one member of an archive.
Result<std::vector<Binary>> open_bytes(const std::string& name, std::span<const std::uint8_t> bytes,
                                       const OpenOptions& options, const std::string& member = "",
                                       std::shared_ptr<const MappedFile> file = nullptr);

}  // namespace asmforge

// The name of a content: equal bytes have equal names, whatever they are called.
//
// XXH3 with 128 bits, as 32 hexadecimal digits. It tells apart what happens to differ,
// not what somebody made to look alike.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/result.h"

namespace asmforge {

std::string content_hash(std::span<const std::uint8_t> bytes);

// Reads the file piece by piece; it need not fit into memory. Only regular files.
Result<std::string> content_hash_of_file(const std::string& path);

}  // namespace asmforge

// The checksum that .gnu_debuglink holds of its debug file (zlib's CRC-32).
#pragma once

#include <cstdint>
#include <span>

namespace asmforge {

std::uint32_t crc32(std::span<const std::uint8_t> bytes);

}  // namespace asmforge

// The hash by which other tools name a file's content: SARIF and build provenance want it.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace asmforge {

// SHA-256 (FIPS 180-4), as 64 hexadecimal digits.
std::string sha256(std::span<const std::uint8_t> bytes);

}  // namespace asmforge

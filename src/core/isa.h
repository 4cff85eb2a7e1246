// The instruction sets that are read. What is to be known of one, its registers and its calling
// convention, is in src/isa.
#pragma once

#include <cstdint>
#include <string_view>

namespace asmforge {

enum class Isa : std::uint8_t { kX86_64, kAarch64 };
std::string_view to_string(Isa isa);

}  // namespace asmforge

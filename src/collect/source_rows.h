// How source locations travel from the worker that reads debug info to us.
//
// A table of distinct strings, then the frames as indices into it. What comes back
// from a worker that has read hostile bytes is hostile itself: decoding accepts
// anything and gives locations or an error, within bounded memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "mc/dwarf_lines.h"

namespace asmforge {

// Longer names are cut; deeper stacks lose their outermost frames.
inline constexpr std::size_t kMaxNameBytes = std::size_t{32} << 10;
inline constexpr std::size_t kMaxInlineDepth = 1024;

std::string encode_locations(std::span<const DwarfLocation> locations);

// Instead of rows: why there are none.
std::string encode_refusal(std::string_view reason);

// Exactly `count` locations, or an error that ends a sentence about the worker:
// "said: <the refusal>", "gave an answer that makes no sense".
Result<std::vector<DwarfLocation>> decode_locations(std::string_view bytes, std::size_t count);

}  // namespace asmforge

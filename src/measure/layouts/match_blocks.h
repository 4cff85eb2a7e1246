// Which block of one build's function is which of the other's, and where each block is
// put in each layout.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "measure/layouts/block_assembly.h"

namespace asmforge {

struct BlockMatch {
  // For each block of `other`: the index of the block of `one`; kNone when it is new.
  static constexpr std::uint32_t kNone = 0xffff'ffff;
  std::vector<std::uint32_t> partner;
  // Instructions in blocks of equal text, of both functions, and of all.
  std::uint64_t matched_instructions = 0;
  std::uint64_t all_instructions = 0;
};

// Starts match starts; blocks of equal text match in their order; what is then left over
// matches in order when it is equally many.
BlockMatch match_blocks(const FunctionBlocks& one, const FunctionBlocks& other);

// A block's place in a layout: over 64 layouts each residue once, in an order of its own.
// Equal keys have equal places.
BlockPlace place_of_block(std::uint64_t seed, const std::string& key, std::size_t alignments,
                          std::uint32_t layout);

}  // namespace asmforge

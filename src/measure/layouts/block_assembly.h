// Moves the basic blocks of functions in a compiler's assembly, text to text.
//
//       jmp .L4                          jmp .L4
//       .p2align 4,,10                   .p2align 6,0x90
//     .L3:                               .skip 21,0x90       .L3 starts at 21 mod 64
//       addl $1, %eax          ->      .L3:
//       .p2align 4                       addl $1, %eax
//     .L2:                               .nops 9             falls through: executed
//       ...                            .L2:
//
// Only what no execution reaches by falling through is moved, so the code is the same.
// A function that could come out wrong is left alone, and said to be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace asmforge {

// A stretch of code that is entered by jumps (or is the function's start): from behind an
// unconditional jump or return up to the next.
struct CodeBlock {
  std::string text;  // its instructions, without the names of labels: equal text, equal code
  std::uint32_t instructions = 0;
  std::size_t line = 0;  // before which it can be moved
  // Alignment within it that is executed: lines [first, first + count).
  struct Alignment {
    std::size_t first = 0;
    std::size_t count = 0;
  };
  std::vector<Alignment> alignments;
};

struct FunctionBlocks {
  std::string name;
  std::vector<CodeBlock> blocks;        // in order; never empty unless left alone
  std::vector<std::size_t> idle_lines;  // alignment that nothing executes
  std::string left_alone;               // why; empty when its blocks can be moved
};

// Those of `names` that the assembly defines, in its order. GNU syntax as gcc and clang
// write it, AT&T or Intel operands.
std::vector<FunctionBlocks> find_blocks(std::string_view assembly,
                                        const std::vector<std::string>& names);

// Where a block is put.
struct BlockPlace {
  std::uint32_t residue = 0;       // of its first byte, mod 64
  std::vector<std::uint8_t> nops;  // bytes in place of each of its alignments
};
struct FunctionPlacement {
  const FunctionBlocks* function = nullptr;  // of the same assembly, not left alone
  std::vector<BlockPlace> places;            // one a block
};
std::string place_blocks(std::string_view assembly,
                         const std::vector<FunctionPlacement>& placements);

}  // namespace asmforge

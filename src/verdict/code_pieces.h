// The code of one program cut into the parts that a linker moves as a whole, and
// which part of one build is which of another.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/binary.h"
#include "mc/decoder.h"

namespace asmforge {

struct CodePiece {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;      // without the padding behind it
  std::string_view name;      // empty when there is none
  std::uint32_t section = 0;  // index into Binary::sections
};

struct CodePieces {
  std::vector<CodePiece> pieces;  // ascending in begin
  std::string problem;            // why the code cannot be cut; empty when it can
  [[nodiscard]] std::uint32_t containing(std::uint64_t address) const;  // kNoIndex for none
  [[nodiscard]] std::uint32_t starting_at(std::uint64_t address) const;
};
CodePieces cut_code(const Binary& binary, Decoder& decoder);

// A place that refers to an address, in both builds.
struct AddressPair {
  std::uint64_t from = 0;  // of the instruction, before
  std::uint64_t before = 0;
  std::uint64_t after = 0;
  // A plain number of position-dependent code, which is an address only when it
  // lies in the image.
  bool perhaps = false;
};

// One piece of code in both builds: what refers to addresses, or where the first
// instruction is that is another.
struct PieceComparison {
  bool same = true;
  std::uint64_t at = 0;  // before; meaningful when not same
  std::vector<AddressPair> addresses;
  // The last instruction may go on to whatever follows the piece.
  bool goes_on = false;
  std::uint64_t last_call = kNoAddress;  // its target, when that instruction is a call
};
PieceComparison compare_pieces(const Binary& before, const CodePiece& piece_before,
                               const Binary& after, const CodePiece& piece_after, Decoder& decoder);

struct PiecePairs {
  std::vector<std::uint32_t> after_of;  // per piece before; kNoIndex for none
  std::vector<PieceComparison> comparisons;
  std::string difference;  // of the first piece that is another; empty when all pair up
};
// By name, then by being referred to from the same place of paired pieces (`known`
// holds such pairs to begin with), then by content. Any pairing will do: what it
// claims is compared whole.
PiecePairs pair_pieces(const Binary& before, const CodePieces& pieces_before, const Binary& after,
                       const CodePieces& pieces_after, const std::vector<AddressPair>& known,
                       Decoder& decoder);

// How a piece is named in a sentence: "main", "the code at 0x401130".
std::string piece_name(const CodePiece& piece);

}  // namespace asmforge

// What changed between two builds of a program, function by function.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/asm_diff.h"

namespace asmforge {

// How a function of one build was recognised in the other, from the surest on.
enum class MatchedBy : std::uint8_t {
  kSymbol,   // the same symbol
  kName,     // the same demangled name, without hash and clone number
  kContent,  // no name; nothing else has these instructions
  kPlace,    // no name; stands alone between functions that were recognised
};
std::string_view to_string(MatchedBy how);

struct FunctionPair {
  std::uint32_t before = kNoIndex;  // index into Binary::functions
  std::uint32_t after = kNoIndex;
  MatchedBy how = MatchedBy::kSymbol;
};

// One side of a function that both builds have, or that one has alone.
struct FunctionExtent {
  std::uint32_t index = kNoIndex;  // into Binary::functions
  std::uint64_t address = 0;
  std::uint64_t size = 0;  // bytes of all parts
  std::uint64_t instructions = 0;
};

struct FunctionChange {
  std::string member;     // of the archive; empty for a plain file
  std::string name;       // symbol in the build before; empty when there is none
  std::string demangled;  // to be shown; "sub_401000" when there is no name
  MatchedBy how = MatchedBy::kSymbol;
  FunctionExtent before;
  FunctionExtent after;
  double similarity = 1.0;
  std::uint64_t penalty = 0;
  std::uint32_t differing_rows = 0;
  std::optional<double> share;  // of the profile, of the build that it is of
};

struct LoneFunction {
  std::string member;
  std::string name;
  std::string demangled;
  FunctionExtent extent;
  std::optional<double> share;
};

struct BinaryDiff {
  std::vector<FunctionChange> changed;    // ranked: by share of the profile, then by penalty
  std::vector<LoneFunction> only_before;  // largest first
  std::vector<LoneFunction> only_after;
  std::uint64_t same_functions = 0;
  ClassCounts before;  // of all functions
  ClassCounts after;
  std::uint64_t penalty = 0;
  std::uint64_t worst_penalty = 0;  // when nothing were alike: of each pair the longer side
  double similarity = 1.0;          // 1 - penalty / worst_penalty
  [[nodiscard]] bool same() const {
    return changed.empty() && only_before.empty() && only_after.empty();
  }
};

}  // namespace asmforge

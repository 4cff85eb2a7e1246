// Where a program spends its instructions: loops with their source lines.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/binary.h"
#include "core/finding.h"
#include "core/plan.h"
#include "core/profile.h"
#include "core/result.h"
#include "core/source_location.h"

namespace asmforge {

struct HotLoop {
  Finding place;  // function, loop and a predicate that selects it; no finding otherwise
  // Of the loop's first instruction, and of the branches that begin its next iteration: those
  // have the line of the statement, where the first one often has that of the body.
  std::vector<SourceLocation> sources;
  double share = 0;  // of the profile, of the loop's own blocks: not of loops inside it
  LoopContents contents;
};

enum class HotLoopKind : std::uint8_t {
  kInnermost,  // that do most of their source loop's work
  kAll,        // outer ones, remainders and so on too
};

// With at least `least_share` of the profile, the hottest first. None without a profile of
// this binary. An error when its source lines cannot be read.
Result<std::vector<HotLoop>> hot_loops(const Binary& binary, const Profile& profile,
                                       double least_share, HotLoopKind kind);

}  // namespace asmforge

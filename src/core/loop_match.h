// Which loop of one build is which of another build of the same function.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/cfg.h"

namespace asmforge {

enum class MatchedBy : std::uint8_t {
  kNothing,
  kShape,        // it does what it did, wherever it went
  kSourceLine,   // it changed, and so did others; all have their lines
  kElimination,  // it is the one loop that changed
};

struct LoopMatch {
  LoopIndex before = kNoIndex;
  // The loops of the other build that may be it; empty when unknown. A source
  // loop may have become several machine loops, and several may look like it.
  std::vector<LoopIndex> after;
  MatchedBy by = MatchedBy::kNothing;
  std::string reason;  // why unknown; one clause
  [[nodiscard]] bool known() const { return !after.empty(); }
};

}  // namespace asmforge

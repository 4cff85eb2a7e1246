// Finds a loop of one build in another build of the same function.
//
// A loop that did not change is found by what it does, wherever it went; what is
// left over on both sides is one loop that was changed, or there is no answer:
// two loops that both changed, one that split, or one that went to another
// function look too much like each other.
#pragma once

#include <string>
#include <vector>

#include "audit/predicates.h"
#include "collect/stream.h"

namespace asmforge {

struct LoopAgain {
  // The loops of the other build that may be it; empty when unknown. A source
  // loop may have become several machine loops: a main one and others.
  std::vector<LoopIndex> loops;
  std::string reason;  // why unknown; one clause
};

LoopAgain find_again(const FunctionView& before, LoopIndex loop, const FunctionView& after,
                     const SourceOfAddress& source_before, const SourceOfAddress& source_after);

}  // namespace asmforge

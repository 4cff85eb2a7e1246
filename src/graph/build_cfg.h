// Instructions to basic blocks: direct jumps, jump tables, tail calls, calls
// that never return, cold parts, landing pads.
#pragma once

#include "core/binary.h"
#include "core/cfg.h"
#include "graph/callee_facts.h"

namespace asmforge {

// Replaces `out`. Buffers of `out` are reused, so pass the same one again.
void build_cfg(const Function& function, const Binary& binary, CalleeFacts& callees, Cfg& out);

}  // namespace asmforge

// How many entries an index can select: from the bound check, mask or width
// that it passed on the way to the jump.
#pragma once

#include <cstdint>

#include "core/insn.h"
#include "graph/flow_view.h"

namespace asmforge {

struct IndexBound {
  enum class Kind : std::uint8_t {
    kNone,
    kWidth,    // only that it was extended from 8 or 16 bits: the table may be shorter
    kChecked,  // compared with a limit, or masked
  };
  Kind kind = Kind::kNone;
  std::uint64_t entries = 0;  // the index is below
};

// What is known of the value of `index` before instruction `at`. Walks back
// through copies, extensions, spills and a few joins of ways.
IndexBound index_bound(FlowView& flow, Register index, std::uint32_t at);

}  // namespace asmforge

// How many entries an index can select: from the bound check, mask or width
// that it passed on the way to the jump.
#pragma once

#include <cstdint>
#include <optional>

#include "core/insn.h"
#include "graph/flow_view.h"

namespace asmforge {

// The value of `index` before instruction `at` is below the result. Walks back
// as long as there is one way only, through copies, extensions and spills.
std::optional<std::uint64_t> index_bound(FlowView& flow, Register index, std::uint32_t at);

}  // namespace asmforge

// Whether a predicate holds between two builds of a function: true, false, or
// unknown.
//
//     panic_edges(sum, loop 2 at sum.rs:14): 1 -> <= 0
//
// "True" must mean that the loop's work is still done, in the same place, without
// the defect. A loop that went to another function, was renamed, deleted or
// replaced, or that cannot be told from another one, makes it unknown.
#pragma once

#include "collect/stream.h"
#include "core/predicate.h"
#include "core/source_location.h"

namespace asmforge {

// `after` may be nullptr: there is no function of that name in the other build.
// The two views may belong to different analysers or binaries.
PredicateResult evaluate(const Predicate& predicate, const FunctionView& before,
                         const FunctionView* after, const SourceOfAddress& source_before,
                         const SourceOfAddress& source_after);

}  // namespace asmforge

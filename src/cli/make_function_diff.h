// All that `diff -f` prints of one function in two builds, gathered.
#pragma once

#include "collect/stream.h"
#include "core/asm_diff.h"
#include "report/writers/function_diff.h"

namespace asmforge {

// Refers to the views and to `diff` for as long as it is written.
FunctionDiff make_function_diff(const AsmDiff& diff, const FunctionView& before,
                                const FunctionView& after, Syntax syntax);

}  // namespace asmforge

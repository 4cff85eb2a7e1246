// Where the functions of a Rust file begin, by its lines: enough to put an attribute before one.
//
//     #[inline(never)]
//     pub(crate) fn step(sum: u32) -> u32 {
#pragma once

#include <string_view>

#include "transform/source_map.h"

namespace asmforge {

// Functions alone. Each reaches to the line before the next one's first; those that a macro
// writes are not among them, nor any that do not begin their line.
SourceMap map_rust_functions(std::string_view text);

}  // namespace asmforge

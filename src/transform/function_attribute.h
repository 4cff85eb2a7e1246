// Attributes that tell a compiler how to treat one function, and never what it may assume:
//
//     __attribute__((always_inline)) static int leaf(int x) { return x * 3; }
//
//     #[inline(always)] fn leaf(x: u32) -> u32 { x * 3 }
//
// Within the line of the definition, so that the line numbers of the file stay what they were.
#pragma once

#include <string>
#include <string_view>

#include "core/patch.h"
#include "core/result.h"
#include "transform/source_map.h"

namespace asmforge {

enum class FunctionAttribute : std::uint8_t {
  kAlwaysInline,    // where it is called
  kFlatten,         // what it calls, and what that calls
  kHot,             // in place of a `cold` that stands there
  kColdNotInlined,  // out of the way of what runs
  kWiderVectors,    // a second version for processors with AVX2, chosen when the program starts
};
// "always_inline", "cold, noinline", "target_clones(\"avx2\", \"default\")"
std::string_view to_string(FunctionAttribute attribute);

// Where the head of the definition says the opposite (noinline, cold), that word is replaced.
// kNotFound when there is nothing to say, or no place for it: it says so already, a template,
// for kHot nothing to be taken back, for kWiderVectors main or what says already how it is
// compiled, or a language that has no such attribute.
Result<Patch> place_attribute(const std::string& file, std::string_view text,
                              const FunctionDefinition& function, FunctionAttribute attribute);

}  // namespace asmforge

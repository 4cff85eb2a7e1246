// C++ names (Itanium mangling), by LLVM's parser, with a look at how large the
// answer would be before it is printed.
#pragma once

#include <string>
#include <string_view>

namespace asmforge {

// Empty when it is no such name, or when substitutions blow it up to more than a few
// megabytes: each may repeat all that stands before it, so 30 of them are enough
// for gigabytes.
std::string demangle_itanium(std::string_view name);

}  // namespace asmforge

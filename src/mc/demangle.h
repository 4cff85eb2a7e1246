// Mangled names to what people wrote: C++ (Itanium), Rust (v0 and legacy), D.
#pragma once

#include <string>
#include <string_view>

namespace asmforge {

// The name itself when it is not mangled. Rust's hash suffix is dropped.
std::string demangle(std::string_view name);

}  // namespace asmforge

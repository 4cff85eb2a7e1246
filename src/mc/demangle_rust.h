// How much work a Rust v0 name is. Its back references nest, so that a hundred
// characters can stand for more than any memory holds.
#pragma once

#include <string_view>

namespace asmforge {

// True when printing it takes at most about a megabyte; also true for names that
// are malformed, which LLVM's demangler refuses where this does.
bool rust_name_is_printable(std::string_view name);

}  // namespace asmforge

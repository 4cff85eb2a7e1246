// What a function was written in, as far as its symbol and its source file tell.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/finding.h"

namespace asmforge {

enum class SourceLanguage : std::uint8_t { kUnknown, kC, kRust };  // kC: or C++

// _ZN4core3str3len17h0123456789abcdefE: C++ mangling with a hash as last name (rustc's
// legacy mangling). A user's C++ namespace `core` has no such hash.
bool is_legacy_rust_symbol(std::string_view symbol);
// That, or _R... (rustc's v0 mangling).
bool is_rust_symbol(std::string_view symbol);

// From the suffix of the innermost source file, otherwise from the function's symbol. A name
// that is not mangled says nothing: Rust exports such as well.
SourceLanguage language_of(const Finding& finding);

}  // namespace asmforge

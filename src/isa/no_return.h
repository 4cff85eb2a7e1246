// Functions that never return, known by name.
#pragma once

#include <string_view>

namespace asmforge {

// `name` as in the object file (mangled, without symbol version).
bool is_no_return_name(std::string_view name);

}  // namespace asmforge

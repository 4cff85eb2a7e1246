// The version of asmforge, as CMakeLists.txt states it.
#pragma once

#include <string_view>

namespace asmforge {

std::string_view version();

}  // namespace asmforge

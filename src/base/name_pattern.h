// Names with a star in them: "ns::parse*".
#pragma once

#include <string_view>

namespace asmforge {

// '*' in `pattern` is any text, also none; everything else stands for itself.
bool fits_pattern(std::string_view pattern, std::string_view text);

}  // namespace asmforge

// JSON as text to write. Reading is json.h's.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace asmforge {

// "text" with quotes; bytes that are no UTF-8 become U+FFFD.
std::string json_quoted(std::string_view text);
// ["a","b"]
std::string json_quoted_list(std::span<const std::string> texts);

}  // namespace asmforge

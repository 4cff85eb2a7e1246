// Paragraphs in a given number of columns.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace asmforge {

// `text` in lines of at most `width` columns, each after the first indented; no
// newline at the end. Breaks at spaces alone.
std::string wrap(std::string_view text, std::size_t width, std::size_t indent);

}  // namespace asmforge

// Text for people: columns, separators, and names that come from hostile files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace asmforge {

// The text with control characters and bytes that are no UTF-8 as "\x1b", so that a
// symbol's name cannot move the cursor or break JSON.
std::string printable(std::string_view text);

// Columns on a terminal: one a code point.
std::size_t columns(std::string_view utf8);

// At most `width` columns, the middle replaced by "...": both ends of a C++ name
// tell functions apart. Whole when it fits, or when width is 0.
std::string shorten(std::string_view utf8, std::size_t width);

// 14108285 as "14,108,285".
std::string with_separators(std::uint64_t number);

// "512 B", "58.8 MB": decimal units, as disks and file managers have them.
std::string human_bytes(std::uint64_t bytes);

// The beginning of a commit's hash, by which people name it.
std::string short_hash(std::string_view commit);

// 0.1234 as "12.3 %"; less than 0.05 % but not nothing is "<0.1 %".
std::string percent(double share);

}  // namespace asmforge

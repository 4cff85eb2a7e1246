// The parts of a demangled name that people type.
//
//     void ns::Table<int>::insert<char>(char, unsigned long) const
//          ns::Table<int>::insert<char>                             whole name
//                          insert                                   last part
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace asmforge {

// Without return type, parameters and qualifiers.
std::string_view whole_name(std::string_view demangled);
// The last component of the whole name, without template arguments.
std::string_view last_part(std::string_view demangled);

// The identifiers in a part of a demangled name that stand in the mangled name as
// they are. A name without all of them cannot demangle to anything with `part` in it,
// so most names need not be demangled to be searched.
std::vector<std::string_view> words_in_mangled(std::string_view part);
bool has_all_words(std::string_view mangled, std::span<const std::string_view> words);

}  // namespace asmforge

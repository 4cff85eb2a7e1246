// The parts of a demangled name that people type.
//
//     void ns::Table<int>::insert<char>(char, unsigned long) const
//          ns::Table<int>::insert<char>                             whole name
//                          insert                                   last part
#pragma once

#include <string_view>

namespace asmforge {

// Without return type, parameters and qualifiers.
std::string_view whole_name(std::string_view demangled);
// The last component of the whole name, without template arguments.
std::string_view last_part(std::string_view demangled);

// False when no name that demangles to something with `part` in it can be this
// one. Identifiers stand in mangled names as they are, so most names need not be
// demangled to be searched.
bool may_demangle_to(std::string_view mangled, std::string_view part);

}  // namespace asmforge

// Whose crate a Rust function belongs to, by its name.
//
//     gimli::read::abbrev::parse                          gimli
//     <core::option::Option<T> as parser::Next>::next     core, parser
//
// An implementation lies in the crate of the type or in that of the trait, so that it is
// of a library only when both are.
#pragma once

#include <string_view>
#include <vector>

namespace asmforge {

// The crates of the first path, or of the type and the trait of an implementation;
// primitive types and type parameters have none.
std::vector<std::string_view> crates_of(std::string_view demangled);

// std, core, alloc, and what the compiler adds.
bool is_standard_crate(std::string_view crate);
// A crate of its own right that std is also built from, and that each program so holds.
bool is_shipped_in_std(std::string_view crate);

}  // namespace asmforge

// What keeps hostile names from eating the stack, the memory and the time.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace asmforge {

// False for what is not mangled, and for what would take too much: names over
// 64 KB, and short ones that substitutions blow up to more than a megabyte.
bool worth_demangling(std::string_view name);

// LLVM's parsers recurse once a character at worst. Calls `work` here for short
// names, and on a thread with a stack that is large enough for long ones.
void on_deep_stack(std::size_t name_size, const std::function<void()>& work);

}  // namespace asmforge

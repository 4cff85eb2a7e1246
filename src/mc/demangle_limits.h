// What keeps hostile names from eating the stack, the memory and the time.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace asmforge {

// False for what is not mangled, and for names over 64 KB.
bool worth_demangling(std::string_view name);

// LLVM's parsers recurse once a character at worst. Calls `work` here for short
// names, and on a thread with a stack that is large enough for long ones.
void on_deep_stack(std::size_t name_size, const std::function<void()>& work);

}  // namespace asmforge

// What LLVM's printers write, made ready to show.
#pragma once

#include <string>
#include <string_view>

namespace asmforge {

// One line as LLVM's printer writes it, without its tabs.
std::string one_space_between_words(std::string_view printed);

}  // namespace asmforge

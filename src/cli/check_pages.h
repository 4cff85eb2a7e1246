// The pages of docs/checks, as they were when asmforge was built.
#pragma once

#include <string_view>

namespace asmforge {

// Markdown; empty when there is no page.
std::string_view check_page(std::string_view id);

}  // namespace asmforge

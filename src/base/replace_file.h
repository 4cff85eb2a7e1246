// A file written whole or not at all: what was there stays until all of the new text is.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace asmforge {

// Whether replace_file will be able to, asked before long work.
Result<Done> check_writable(const std::string& path);
// A regular file is replaced in one step; a device or a pipe is written to.
Result<Done> replace_file(const std::string& path, std::string_view text);

}  // namespace asmforge

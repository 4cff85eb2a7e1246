// Files that are built beside the program and that other programs load.
#pragma once

#include <string>

#include "core/result.h"

namespace asmforge {

// The path of one in build/lib, or in lib/asmforge when installed.
Result<std::string> helper_file(const std::string& name);

}  // namespace asmforge

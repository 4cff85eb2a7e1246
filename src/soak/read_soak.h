// Reads back what `soak --json` wrote, to be judged again.
#pragma once

#include <string>

#include "core/result.h"
#include "core/soak.h"

namespace asmforge {

Result<SoakRecord> read_soak(const std::string& path);

}  // namespace asmforge

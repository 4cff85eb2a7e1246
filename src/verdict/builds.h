// The programs of a comparison as files.
#pragma once

#include <string>

#include "core/result.h"
#include "core/trial.h"

namespace asmforge {

// Errors when the file is not there or cannot be executed.
Result<ArmBuild> describe_build(Arm arm, const std::string& path);

// A byte copy of `path` in `folder`, executable as it is; its path.
Result<std::string> copy_program(const std::string& path, const std::string& folder);

}  // namespace asmforge

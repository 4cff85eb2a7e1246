// Whether a Trial that somebody else made can be decided on: its numbers lie where the
// statistics are defined, and what points somewhere points to something.
#pragma once

#include <string>

#include "core/trial.h"

namespace asmforge {

// "runs[17]: there is no workload 3"; empty when nothing is wrong.
std::string what_is_wrong(const Trial& trial);

}  // namespace asmforge

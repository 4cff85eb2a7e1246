// The checks with their pages, for writers that explain them.
#pragma once

#include <vector>

#include "report/writers/check_list.h"

namespace asmforge {

std::vector<CheckDescription> check_descriptions();

}  // namespace asmforge

// An effect as people read it, the same wherever one stands in a line.
#pragma once

#include <optional>
#include <string>

#include "core/verdict.h"

namespace asmforge {

// What AFTER spends beside BEFORE: "-3.10 % [-3.70, -2.50]"; "" for none.
std::string spends(const std::optional<Effect>& effect);

// "2026-11-24 10:31" of "2026-11-24T10:31:07Z".
std::string minute_of(std::string started);

}  // namespace asmforge

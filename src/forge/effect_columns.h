// An effect in the journal's tables: columns ratio, low, high, all null for none.
#pragma once

#include <cstddef>
#include <optional>

#include "base/database.h"
#include "core/verdict.h"

namespace asmforge {

inline DatabaseValue or_null(const std::optional<Effect>& effect, double Effect::* member) {
  if (!effect) return std::monostate();
  return (*effect).*member;
}

// From the column `first` on.
inline std::optional<Effect> effect_in(const DatabaseRow& row, std::size_t first) {
  if (std::holds_alternative<std::monostate>(row[first])) return std::nullopt;
  Effect effect;
  effect.ratio = number_of(row[first]);
  effect.low = number_of(row[first + 1]);
  effect.high = number_of(row[first + 2]);
  return effect;
}

}  // namespace asmforge

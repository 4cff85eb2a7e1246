// Names of enumerators as tables, one row each: what is printed, recorded and read back.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "core/error.h"

namespace asmforge {

template <class Enum>
struct NameOf {
  Enum value;
  std::string_view name;
};

template <class Enum, std::size_t kRows>
constexpr std::string_view name_in(const std::array<NameOf<Enum>, kRows>& table, Enum value) {
  for (const NameOf<Enum>& row : table)
    if (row.value == value) return row.name;
  AF_CHECK(!"every enumerator has a name");
}

template <class Enum, std::size_t kRows>
constexpr std::optional<Enum> value_in(const std::array<NameOf<Enum>, kRows>& table,
                                       std::string_view name) {
  for (const NameOf<Enum>& row : table)
    if (row.name == name) return row.value;
  return std::nullopt;
}

}  // namespace asmforge

// Pointers as .eh_frame and .gcc_except_table store them: one byte says how many
// bytes and what they are relative to (LSB 5.0, 10.5 "DWARF Exception Header Encoding").
#pragma once

#include <cstdint>
#include <optional>

#include "collect/readers/byte_cursor.h"

namespace asmforge {

inline constexpr std::uint8_t kPointerOmitted = 0xff;

// The stored value, sign-extended where the encoding says so, relative to
// nothing. nullopt for an encoding that does not exist.
inline std::optional<std::uint64_t> take_encoded_value(ByteCursor& cursor, std::uint8_t encoding) {
  switch (encoding & 0x0fU) {
    case 0x00:
    case 0x04:
    case 0x0c: return cursor.take<std::uint64_t>();
    case 0x01: return cursor.take_uleb();
    case 0x02: return cursor.take<std::uint16_t>();
    case 0x03: return cursor.take<std::uint32_t>();
    case 0x09: return static_cast<std::uint64_t>(cursor.take_sleb());
    case 0x0a: return static_cast<std::uint64_t>(std::int64_t{cursor.take<std::int16_t>()});
    case 0x0b: return static_cast<std::uint64_t>(std::int64_t{cursor.take<std::int32_t>()});
    default: return std::nullopt;
  }
}

// The address it stands for, when it is absolute or relative to its own place,
// as compilers write them. `section_address` is where the cursor's bytes begin.
// Zero stays zero: it means "none" whatever it is relative to.
inline std::optional<std::uint64_t> take_encoded_pointer(ByteCursor& cursor, std::uint8_t encoding,
                                                         std::uint64_t section_address) {
  const std::uint64_t place = section_address + cursor.offset();
  const std::optional<std::uint64_t> value = take_encoded_value(cursor, encoding);
  if (!value || *value == 0) return value;
  switch (encoding & 0xf0U) {
    case 0x00: return value;
    case 0x10: return place + *value;
    default: return std::nullopt;  // relative to text, data or function, or indirect
  }
}

}  // namespace asmforge

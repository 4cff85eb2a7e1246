// What the prefix bytes of an instruction say, read without any decoder: LLVM and
// Zydis differ on sequences that no compiler writes and that data is full of.
#pragma once

#include <cstdint>
#include <span>

namespace asmforge::agreement {

struct Prefixes {
  bool lock = false;
  bool mandatory = false;         // 66, f2 or f3, which select among opcodes
  bool rex2 = false;              // d5: APX
  bool rex_then_prefix = false;   // a REX or REX2 that another prefix follows
  bool several_segments = false;  // the manual does not say which one counts
};

Prefixes scan_prefixes(std::span<const std::uint8_t> bytes);

}  // namespace asmforge::agreement

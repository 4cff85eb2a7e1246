#include "prefixes.h"

#include <algorithm>
#include <iterator>

namespace asmforge::agreement {
namespace {

constexpr std::uint8_t kRex2 = 0xd5;
constexpr std::uint8_t kSegments[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65};
constexpr std::uint8_t kFsGs[] = {0x64, 0x65};
constexpr std::uint8_t kOthers[] = {0x66, 0x67, 0xf0, 0xf2, 0xf3};

template <class Table>
bool in(const Table& table, std::uint8_t b) {
  return std::ranges::find(table, b) != std::end(table);
}
bool is_rex(std::uint8_t b) { return (b & 0xf0) == 0x40; }

}  // namespace

Prefixes scan_prefixes(std::span<const std::uint8_t> bytes) {
  Prefixes out;
  unsigned segments = 0;
  bool changes_address = false;
  bool after_rex = false;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::uint8_t b = bytes[i];
    const bool legacy = in(kSegments, b) || in(kOthers, b);
    const bool rex2 = b == kRex2;
    if (!legacy && !is_rex(b) && !rex2) break;
    out.rex_then_prefix |= after_rex;
    out.lock |= b == 0xf0;
    out.mandatory |= b == 0x66 || b == 0xf2 || b == 0xf3;
    out.rex2 |= rex2;
    segments += in(kSegments, b) ? 1 : 0;
    changes_address |= in(kFsGs, b);
    after_rex = !legacy;
    if (rex2) ++i;  // its payload
  }
  out.several_segments = segments > 1 && changes_address;
  return out;
}

}  // namespace asmforge::agreement

#include "collect/readers/landing_pads.h"

#include <optional>

#include "collect/readers/byte_cursor.h"
#include "collect/readers/encoded_pointer.h"

namespace asmforge {

std::vector<LandingPad> read_landing_pads(const Binary& binary, const UnwindEntry& part) {
  if (part.landing_pads == 0) return {};
  const std::uint64_t table = part.landing_pads;
  ByteCursor cursor(binary.bytes_at(table, ~std::uint64_t{0}));

  // Landing pads are relative to the part, or to where its cold half begins.
  std::uint64_t base = part.begin;
  if (const auto encoding = cursor.take<std::uint8_t>(); encoding != kPointerOmitted) {
    const std::optional<std::uint64_t> stored = take_encoded_pointer(cursor, encoding, table);
    if (!stored) return {};
    base = *stored;
  }
  if (const auto encoding = cursor.take<std::uint8_t>(); encoding != kPointerOmitted)
    cursor.take_uleb();  // where the types that are caught are listed
  const auto site_encoding = cursor.take<std::uint8_t>();
  const std::uint64_t size = cursor.take_uleb();
  ByteCursor sites(cursor.take_bytes(size));
  if (!cursor.ok()) return {};

  std::vector<LandingPad> pads;
  while (!sites.at_end()) {
    const auto begin = take_encoded_value(sites, site_encoding);
    const auto length = take_encoded_value(sites, site_encoding);
    const auto pad = take_encoded_value(sites, site_encoding);
    sites.take_uleb();  // the action: which types, cleanup or not
    if (!begin || !length || !pad || !sites.ok()) break;
    const AddressRange calls{part.begin + *begin, part.begin + *begin + *length};
    if (*pad == 0 || calls.end <= calls.begin) continue;
    pads.push_back({calls, base + *pad});
  }
  return pads;
}

}  // namespace asmforge

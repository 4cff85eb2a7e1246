// Opens whatever bytes there are as an object or archive and asks all that is
// answered lazily.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "collect/open_bytes.h"

namespace {

void use(asmforge::Binary binary) {
  volatile std::uint64_t sink = 0;
  for (const asmforge::Section& section : binary.sections)
    for (std::uint64_t offset = 0; offset < std::min<std::uint64_t>(section.size, 128); offset += 8)
      sink = sink + binary.pointer_at(section.address + offset).value_or(0);
  for (const asmforge::FunctionEntry& function : binary.functions) {
    for (const asmforge::LandingPad& pad : binary.landing_pads(function.address))
      sink = sink + pad.address;
    const asmforge::FunctionEntry* holder = binary.function_containing(function.address);
    sink = sink + (holder == nullptr ? 0 : holder->size) + binary.name_at(function.address).size();
    for (const std::uint8_t byte : binary.bytes_at(function.address, 16)) sink = sink + byte;
  }
  for (const asmforge::ColdPart& part : binary.cold_parts)
    sink = sink + (binary.function_containing(part.range.begin) != nullptr ? 1U : 0U);
  if (!binary.functions.empty() && binary.cold_parts.empty())
    asmforge::complete_function(binary, binary.functions.front().address);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const bool find_functions : {false, true}) {
    auto opened = asmforge::open_bytes("input", {data, size},
                                       {.debug_file = "", .find_functions = find_functions});
    if (!opened) return 0;
    for (asmforge::Binary& binary : *opened) use(std::move(binary));
  }
  return 0;
}

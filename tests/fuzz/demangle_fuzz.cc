// Any name demangles within bounded memory.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/error.h"
#include "mc/demangle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kLargest = std::size_t{8} << 20;
  const std::string_view name(reinterpret_cast<const char*>(data), size);
  AF_CHECK(asmforge::demangle(name).size() <= kLargest);
  return 0;
}

// What a worker that read hostile debug info may send: any bytes at all. They are
// refused, or they are locations that survive being sent once more.
#include <cstdint>
#include <string_view>

#include "collect/source_rows.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using asmforge::decode_locations;
  if (size == 0) return 0;
  const std::size_t count = data[0];
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto rows = decode_locations(bytes, count);
  if (!rows) return 0;
  AF_CHECK(rows->size() == count);
  const auto again = decode_locations(asmforge::encode_locations(*rows), count);
  AF_CHECK(again.has_value());
  for (std::size_t i = 0; i < count; ++i) {
    const auto& before = (*rows)[i].source.frames;
    const auto& after = (*again)[i].source.frames;
    AF_CHECK(before.size() == after.size());
    for (std::size_t k = 0; k < before.size(); ++k) {
      AF_CHECK(before[k].function == after[k].function && before[k].file == after[k].file &&
               before[k].directory == after[k].directory && before[k].line == after[k].line &&
               before[k].column == after[k].column);
    }
  }
  return 0;
}

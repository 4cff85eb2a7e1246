/* LZ4 decompresses text. */
#include <lz4.h>
#include "text.h"

static unsigned char text[32768];
static char packed[40000], back[32768];

int main(int argc, char** argv) {
  uint64_t sum = 0;
  fill_with_words(text, sizeof text);
  const int packed_size =
      LZ4_compress_default((const char*)text, packed, sizeof text, sizeof packed);
  expect(packed_size > 0, "LZ4_compress_default");
  for (uint32_t pass = 0, passes = passes_of(argc, argv); pass < passes; pass++) {
    const int size = LZ4_decompress_safe(packed, back, packed_size, sizeof back);
    expect(size == sizeof back, "LZ4_decompress_safe");
    sum = sum * 31 + sum_of((const unsigned char*)back, (size_t)size);
  }
  printf("%" PRIx64 "\n", sum);
  return 0;
}

/* lz4 gives text back: PASSES. */
#include <lz4.h>
#include "text.h"

static char text[400000], packed[500000], back[400000];

int main(int argc, char** argv) {
  uint64_t sum = 0;
  fill_with_words((unsigned char*)text, sizeof text);
  const int size = LZ4_compress_default(text, packed, sizeof text, sizeof packed);
  expect(size > 0, "LZ4_compress_default");
  for (uint32_t pass = 0, passes = passes_of(argc, argv); pass < passes; pass++) {
    expect(LZ4_decompress_safe(packed, back, size, sizeof back) == (int)sizeof back,
           "LZ4_decompress_safe");
    sum = sum * 31 + sum_of((const unsigned char*)back, sizeof back);
  }
  printf("%" PRIx64 "\n", sum);
  return 0;
}

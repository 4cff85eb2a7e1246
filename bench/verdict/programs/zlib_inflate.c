/* zlib decompresses text. */
#include <zlib.h>
#include "text.h"

static unsigned char text[32768], packed[40000], back[32768];

int main(int argc, char** argv) {
  uint64_t sum = 0;
  uLongf packed_size = sizeof packed;
  fill_with_words(text, sizeof text);
  expect(compress2(packed, &packed_size, text, sizeof text, 1) == Z_OK, "compress2");
  for (uint32_t pass = 0, passes = passes_of(argc, argv); pass < passes; pass++) {
    uLongf size = sizeof back;
    expect(uncompress(back, &size, packed, packed_size) == Z_OK && size == sizeof back,
           "uncompress");
    sum = sum * 31 + sum_of(back, size);
  }
  printf("%" PRIx64 "\n", sum);
  return 0;
}

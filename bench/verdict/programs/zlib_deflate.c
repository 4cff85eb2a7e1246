/* zlib compresses text. */
#include <zlib.h>
#include "text.h"

static unsigned char text[32768], packed[40000];

int main(int argc, char** argv) {
  uint64_t sum = 0;
  fill_with_words(text, sizeof text);
  for (uint32_t pass = 0, passes = passes_of(argc, argv); pass < passes; pass++) {
    uLongf size = sizeof packed;
    text[pass % sizeof text]++;
    expect(compress2(packed, &size, text, sizeof text, 6) == Z_OK, "compress2");
    sum = sum * 31 + sum_of(packed, size);
  }
  printf("%" PRIx64 "\n", sum);
  return 0;
}

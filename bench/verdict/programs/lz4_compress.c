/* LZ4 compresses text. */
#include <lz4.h>
#include "text.h"

static unsigned char text[32768];
static char packed[40000];

int main(int argc, char** argv) {
  uint64_t sum = 0;
  fill_with_words(text, sizeof text);
  for (uint32_t pass = 0, passes = passes_of(argc, argv); pass < passes; pass++) {
    text[pass % sizeof text]++;
    const int size = LZ4_compress_default((const char*)text, packed, sizeof text, sizeof packed);
    expect(size > 0, "LZ4_compress_default");
    sum = sum * 31 + sum_of((const unsigned char*)packed, (size_t)size);
  }
  printf("%" PRIx64 "\n", sum);
  return 0;
}

/* zstd compresses zeros, or gives text back: zeros|decompress LEVEL PASSES. */
#include <zstd.h>
#include "text.h"

static unsigned char text[1 << 20], packed[1100000], back[1 << 20];

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const int level = atoi(argv[2]), passes = atoi(argv[3]);
  const int zeros = strcmp(argv[1], "zeros") == 0;
  uint64_t sum = 0;
  if (!zeros) fill_with_words(text, sizeof text);
  size_t size = ZSTD_compress(packed, sizeof packed, text, sizeof text, level);
  for (int pass = 0; pass < passes; pass++) {
    if (zeros) {
      size = ZSTD_compress(packed, sizeof packed, text, sizeof text, level);
      expect(!ZSTD_isError(size), "ZSTD_compress");
      sum = sum * 31 + sum_of(packed, size);
    } else {
      const size_t length = ZSTD_decompress(back, sizeof back, packed, size);
      expect(length == sizeof back, "ZSTD_decompress");
      sum = sum * 31 + sum_of(back, length);
    }
  }
  printf("%" PRIx64 "\n", sum);
  return 0;
}

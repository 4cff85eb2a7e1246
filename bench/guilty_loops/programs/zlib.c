/* zlib compresses text, or gives it back: deflate|inflate LEVEL PASSES. */
#include <zlib.h>
#include "text.h"

static unsigned char text[400000], packed[500000], back[400000];

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const int level = atoi(argv[2]), passes = atoi(argv[3]);
  const int deflates = strcmp(argv[1], "deflate") == 0;
  uint64_t sum = 0;
  uLongf size = sizeof packed;
  fill_with_words(text, sizeof text);
  if (!deflates) expect(compress2(packed, &size, text, sizeof text, level) == Z_OK, "compress2");
  for (int pass = 0; pass < passes; pass++) {
    if (deflates) {
      size = sizeof packed;
      expect(compress2(packed, &size, text, sizeof text, level) == Z_OK, "compress2");
      sum = sum * 31 + sum_of(packed, size);
    } else {
      uLongf length = sizeof back;
      expect(uncompress(back, &length, packed, size) == Z_OK, "uncompress");
      sum = sum * 31 + sum_of(back, length);
    }
  }
  printf("%" PRIx64 "\n", sum);
  return 0;
}

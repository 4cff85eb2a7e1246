/* xxHash of a megabyte, with 32 bits: PASSES. */
#include <xxhash.h>
#include "text.h"

int main(int argc, char** argv) {
  static unsigned char text[1 << 20];
  uint64_t sum = 0;
  fill_with_words(text, sizeof text);
  for (uint32_t pass = 0, passes = passes_of(argc, argv); pass < passes; pass++)
    sum = sum * 31 + XXH32(text, sizeof text, pass);
  printf("%" PRIx64 "\n", sum);
  return 0;
}

/* bzip2 compresses text. */
#include <bzlib.h>
#include "text.h"

static unsigned char text[12000], back[12000];
static char packed[14000];

void bz_internal_error(int code) {
  fprintf(stderr, "bzip2: internal error %d\n", code);
  exit(1);
}

int main(int argc, char** argv) {
  uint64_t sum = 0;
  fill_with_words(text, sizeof text);
  for (uint32_t pass = 0, passes = passes_of(argc, argv); pass < passes; pass++) {
    unsigned size = sizeof packed;
    text[pass % sizeof text]++;
    expect(BZ2_bzBuffToBuffCompress(packed, &size, (char*)text, sizeof text, 1, 0, 0) == BZ_OK,
           "compress");
    sum = sum * 31 + sum_of((const unsigned char*)packed, size);
  }
  printf("%" PRIx64 "\n", sum);
  return 0;
}

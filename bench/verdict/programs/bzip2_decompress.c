/* bzip2 decompresses text. */
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
  unsigned packed_size = sizeof packed;
  fill_with_words(text, sizeof text);
  expect(BZ2_bzBuffToBuffCompress(packed, &packed_size, (char*)text, sizeof text, 1, 0, 0) == BZ_OK,
         "compress");
  for (uint32_t pass = 0, passes = passes_of(argc, argv); pass < passes; pass++) {
    unsigned size = sizeof back;
    expect(BZ2_bzBuffToBuffDecompress((char*)back, &size, packed, packed_size, 0, 0) == BZ_OK,
           "decompress");
    sum = sum * 31 + sum_of(back, size);
  }
  printf("%" PRIx64 "\n", sum);
  return 0;
}

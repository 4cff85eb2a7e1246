/* LZO compresses text. */
#include <minilzo.h>
#include "text.h"

static unsigned char text[32768], packed[40000];
static lzo_align_t memory[(LZO1X_1_MEM_COMPRESS + sizeof(lzo_align_t) - 1) / sizeof(lzo_align_t)];

int main(int argc, char** argv) {
  uint64_t sum = 0;
  expect(lzo_init() == LZO_E_OK, "lzo_init");
  fill_with_words(text, sizeof text);
  for (uint32_t pass = 0, passes = passes_of(argc, argv); pass < passes; pass++) {
    lzo_uint size = 0;
    text[pass % sizeof text]++;
    expect(lzo1x_1_compress(text, sizeof text, packed, &size, memory) == LZO_E_OK,
           "lzo1x_1_compress");
    sum = sum * 31 + sum_of(packed, size);
  }
  printf("%" PRIx64 "\n", sum);
  return 0;
}

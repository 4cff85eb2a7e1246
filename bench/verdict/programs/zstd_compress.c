/* zstd compresses text with its fast strategy. */
#include <zstd.h>
#include "text.h"

static unsigned char text[65536], packed[70000];

int main(int argc, char** argv) {
  uint64_t sum = 0;
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  fill_with_words(text, sizeof text);
  for (uint32_t pass = 0, passes = passes_of(argc, argv); pass < passes; pass++) {
    text[pass % sizeof text]++;
    const size_t size = ZSTD_compressCCtx(context, packed, sizeof packed, text, sizeof text, 1);
    expect(!ZSTD_isError(size), "ZSTD_compressCCtx");
    sum = sum * 31 + sum_of(packed, size);
  }
  printf("%" PRIx64 "\n", sum);
  ZSTD_freeCCtx(context);
  return 0;
}

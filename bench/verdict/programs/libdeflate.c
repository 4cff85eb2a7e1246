/* libdeflate decompresses text. */
#include <libdeflate.h>
#include "text.h"

static unsigned char text[65536], packed[70000], back[65536];

int main(int argc, char** argv) {
  uint64_t sum = 0;
  struct libdeflate_compressor* const compressor = libdeflate_alloc_compressor(1);
  struct libdeflate_decompressor* const decompressor = libdeflate_alloc_decompressor();
  fill_with_words(text, sizeof text);
  const size_t packed_size =
      libdeflate_deflate_compress(compressor, text, sizeof text, packed, sizeof packed);
  expect(packed_size > 0, "libdeflate_deflate_compress");
  for (uint32_t pass = 0, passes = passes_of(argc, argv); pass < passes; pass++) {
    size_t size = 0;
    expect(libdeflate_deflate_decompress(decompressor, packed, packed_size, back, sizeof back,
                                         &size) == LIBDEFLATE_SUCCESS,
           "libdeflate_deflate_decompress");
    sum = sum * 31 + sum_of(back, size);
  }
  printf("%" PRIx64 "\n", sum);
  libdeflate_free_compressor(compressor);
  libdeflate_free_decompressor(decompressor);
  return 0;
}

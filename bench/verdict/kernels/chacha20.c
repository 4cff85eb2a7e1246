/* The ChaCha20 block function over a buffer. */
#include "kernel.h"

enum { BLOCKS = 256 };
static uint32_t state[16], out[BLOCKS * 16];

void prepare(void) {
  uint32_t random = 9;
  for (int i = 0; i < 16; i++) state[i] = next_random(&random);
}

#define LEFT(x, n) (((x) << (n)) | ((x) >> (32 - (n))))
#define QUARTER(a, b, c, d) \
  a += b;                   \
  d ^= a;                   \
  d = LEFT(d, 16);          \
  c += d;                   \
  b ^= c;                   \
  b = LEFT(b, 12);          \
  a += b;                   \
  d ^= a;                   \
  d = LEFT(d, 8);           \
  c += d;                   \
  b ^= c;                   \
  b = LEFT(b, 7)

uint64_t hot(uint32_t pass) {
  uint64_t sum = 0;
  state[13] = pass;
  for (uint32_t block = 0; block < BLOCKS; block++) {
    uint32_t x[16];
    state[12] = block;
    memcpy(x, state, sizeof x);
    for (int round = 0; round < 10; round++) {
      QUARTER(x[0], x[4], x[8], x[12]);
      QUARTER(x[1], x[5], x[9], x[13]);
      QUARTER(x[2], x[6], x[10], x[14]);
      QUARTER(x[3], x[7], x[11], x[15]);
      QUARTER(x[0], x[5], x[10], x[15]);
      QUARTER(x[1], x[6], x[11], x[12]);
      QUARTER(x[2], x[7], x[8], x[13]);
      QUARTER(x[3], x[4], x[9], x[14]);
    }
    for (int i = 0; i < 16; i++) out[block * 16 + (uint32_t)i] = x[i] + state[i];
    sum += out[block * 16];
  }
  if (sum == 0) refuse("a stream of nothing", pass);
  return sum;
}

/* SipHash-2-4 of short messages. */
#include "kernel.h"

enum { MESSAGES = 1500, LONGEST = 64 };
static uint8_t text[MESSAGES + LONGEST];

void prepare(void) {
  uint32_t state = 5;
  for (size_t i = 0; i < sizeof text; i++) text[i] = (uint8_t)next_random(&state);
}

#define TURN(x, b) (((x) << (b)) | ((x) >> (64 - (b))))
#define ROUND             \
  v0 += v1;               \
  v1 = TURN(v1, 13) ^ v0; \
  v0 = TURN(v0, 32);      \
  v2 += v3;               \
  v3 = TURN(v3, 16) ^ v2; \
  v0 += v3;               \
  v3 = TURN(v3, 21) ^ v0; \
  v2 += v1;               \
  v1 = TURN(v1, 17) ^ v2; \
  v2 = TURN(v2, 32)

uint64_t hot(uint32_t pass) {
  uint64_t sum = 0;
  for (uint32_t m = 0; m < MESSAGES; m++) {
    const uint8_t* at = text + m;
    const uint32_t size = (m * 7 + pass) % LONGEST;
    uint64_t v0 = 0x736f6d6570736575u ^ pass, v1 = 0x646f72616e646f6du,
             v2 = 0x6c7967656e657261u ^ pass, v3 = 0x7465646279746573u;
    uint32_t left = size;
    for (; left >= 8; left -= 8, at += 8) {
      uint64_t word;
      memcpy(&word, at, 8);
      v3 ^= word;
      ROUND;
      ROUND;
      v0 ^= word;
    }
    if (left > 7) refuse("tail too long", left);
    uint64_t last = (uint64_t)size << 56;
    for (uint32_t i = 0; i < left; i++) last |= (uint64_t)at[i] << (8 * i);
    v3 ^= last;
    ROUND;
    ROUND;
    v0 ^= last;
    v2 ^= 0xff;
    ROUND;
    ROUND;
    ROUND;
    ROUND;
    sum += v0 ^ v1 ^ v2 ^ v3;
  }
  if (sum == 0) refuse("no sum", pass);
  return sum;
}

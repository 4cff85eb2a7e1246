/* Multiplies numbers of many words, as at school. */
#include "kernel.h"

enum { WORDS = 120 };
static uint32_t a[WORDS], b[WORDS], product[2 * WORDS];

void prepare(void) {
  uint32_t state = 71;
  for (int i = 0; i < WORDS; i++) {
    a[i] = next_random(&state) << 8 ^ next_random(&state);
    b[i] = next_random(&state) << 8 ^ next_random(&state);
  }
}

uint64_t hot(uint32_t pass) {
  a[pass % WORDS]++;
  memset(product, 0, sizeof product);
  for (int i = 0; i < WORDS; i++) {
    uint64_t carry = 0;
    for (int k = 0; k < WORDS; k++) {
      const uint64_t sum = (uint64_t)a[i] * b[k] + product[i + k] + carry;
      product[i + k] = (uint32_t)sum;
      carry = sum >> 32;
    }
    if (product[i + WORDS] != 0) refuse("place taken", (uint64_t)i);
    product[i + WORDS] = (uint32_t)carry;
  }
  return (uint64_t)product[WORDS] << 32 | product[2 * WORDS - 1];
}

/* Sorts 32-bit keys by their bytes. */
#include "kernel.h"

enum { COUNT = 12000 };
static uint32_t keys[COUNT], work[2][COUNT];

void prepare(void) {
  uint32_t state = 23;
  for (int i = 0; i < COUNT; i++) keys[i] = next_random(&state) << 8 ^ next_random(&state);
}

uint64_t hot(uint32_t pass) {
  uint32_t *a = work[0], *b = work[1];
  memcpy(a, keys, sizeof keys);
  a[pass % COUNT] += pass;
  for (int shift = 0; shift < 32; shift += 8) {
    uint32_t start[256] = {0}, sum = 0;
    for (int i = 0; i < COUNT; i++) start[a[i] >> shift & 255]++;
    for (int i = 0; i < 256; i++) {
      const uint32_t here = start[i];
      start[i] = sum;
      sum += here;
    }
    if (sum != COUNT) refuse("miscounted", sum);
    for (int i = 0; i < COUNT; i++) b[start[a[i] >> shift & 255]++] = a[i];
    uint32_t* other = a;
    a = b;
    b = other;
  }
  if (a[0] > a[1]) refuse("not sorted", a[0]);
  return (uint64_t)a[COUNT / 2] * 3 + a[7];
}

/* How much of a text's start is found at each place. */
#include "kernel.h"

enum { SIZE = 16000 };
static char text[SIZE];
static uint16_t z[SIZE];

void prepare(void) {
  uint32_t state = 73;
  for (int i = 0; i < SIZE; i++)
    text[i] = (char)('a' + (next_random(&state) % 10 == 0) + (i % 50 == 7));
}

uint64_t hot(uint32_t pass) {
  int left = 0, right = 0;
  uint64_t sum = pass;
  text[pass % SIZE] ^= 1;
  for (int i = 1; i < SIZE; i++) {
    int k = 0;
    if (i < right) k = z[i - left] < right - i ? z[i - left] : right - i;
    while (i + k < SIZE && text[k] == text[i + k]) k++;
    if (k > 0xffff) refuse("too long", (uint64_t)k);
    if (i + k > right) {
      left = i;
      right = i + k;
    }
    z[i] = (uint16_t)k;
    sum += (uint64_t)k;
  }
  return sum;
}

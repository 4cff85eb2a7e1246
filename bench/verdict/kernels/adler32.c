/* Adler-32, one byte after the other. */
#include "kernel.h"

enum { SIZE = 40000 };
static uint8_t text[SIZE];

void prepare(void) {
  uint32_t state = 13;
  for (int i = 0; i < SIZE; i++) text[i] = (uint8_t)next_random(&state);
}

uint64_t hot(uint32_t pass) {
  uint32_t a = 1, b = 0;
  text[pass % SIZE]++;
  for (size_t at = 0; at < SIZE;) {
    size_t end = at + 5552 < SIZE ? at + 5552 : SIZE;
    for (; at < end; at++) {
      a += text[at];
      b += a;
    }
    a %= 65521;
    b %= 65521;
    if (a > 65520) refuse("not reduced", a);
  }
  return (uint64_t)b << 16 | a;
}

/* Base64, three bytes at a time. */
#include "kernel.h"

enum { SIZE = 30000 };
static uint8_t text[SIZE];
static char out[SIZE / 3 * 4];
static const char letter[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void prepare(void) {
  uint32_t state = 83;
  for (int i = 0; i < SIZE; i++) text[i] = (uint8_t)next_random(&state);
}

uint64_t hot(uint32_t pass) {
  char* to = out;
  text[pass % SIZE]++;
  for (size_t i = 0; i + 3 <= SIZE; i += 3) {
    const uint32_t word = (uint32_t)text[i] << 16 | (uint32_t)text[i + 1] << 8 | text[i + 2];
    to[0] = letter[word >> 18];
    to[1] = letter[word >> 12 & 63];
    to[2] = letter[word >> 6 & 63];
    to[3] = letter[word & 63];
    to += 4;
  }
  if (to != out + sizeof out) refuse("wrong size", (uint64_t)(to - out));
  if (out[0] == '=') refuse("padding at the start", pass);
  return (uint64_t)out[pass % sizeof out] * 257 + (uint64_t)out[7];
}

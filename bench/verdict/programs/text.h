/* Input for the programs: text of made-up words, the same in each process. */
#ifndef ASMFORGE_BENCH_VERDICT_TEXT_H
#define ASMFORGE_BENCH_VERDICT_TEXT_H
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline uint32_t next_random(uint32_t* state) {
  *state = *state * 1664525u + 1013904223u;
  return *state >> 8;
}

static inline void fill_with_words(unsigned char* out, size_t size) {
  uint32_t state = 12345;
  char words[400][9];
  for (int w = 0; w < 400; w++) {
    const uint32_t length = 2 + next_random(&state) % 6;
    for (uint32_t i = 0; i < length; i++) words[w][i] = (char)('a' + next_random(&state) % 26);
    words[w][length] = 0;
  }
  size_t at = 0;
  while (at < size) {
    /* The smaller of two draws: some words are common. */
    const uint32_t a = next_random(&state) % 400, b = next_random(&state) % 400;
    for (const char* c = words[a < b ? a : b]; *c != 0 && at < size; c++)
      out[at++] = (unsigned char)*c;
    if (at < size) out[at++] = next_random(&state) % 12 == 0 ? '\n' : ' ';
  }
}

static inline uint64_t sum_of(const unsigned char* data, size_t size) {
  uint64_t sum = size;
  for (size_t i = 0; i < size; i += 97) sum = sum * 31 + data[i];
  return sum;
}

static inline void expect(int good, const char* what) {
  if (good) return;
  fprintf(stderr, "%s failed\n", what);
  exit(1);
}

static inline uint32_t passes_of(int argc, char** argv) {
  return argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1;
}
#endif

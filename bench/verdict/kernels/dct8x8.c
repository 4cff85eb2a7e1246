/* The cosine transform of blocks, rows then columns, in integers. */
#include "kernel.h"

enum { BLOCKS = 48 };
static int16_t pixel[BLOCKS][64];
static const int16_t table[8][8] = {
    {64, 64, 64, 64, 64, 64, 64, 64},     {89, 75, 50, 18, -18, -50, -75, -89},
    {84, 35, -35, -84, -84, -35, 35, 84}, {75, -18, -89, -50, 50, 89, 18, -75},
    {64, -64, -64, 64, 64, -64, -64, 64}, {50, -89, 18, 75, -75, -18, 89, -50},
    {35, -84, 84, -35, -35, 84, -84, 35}, {18, -50, 75, -89, 89, -75, 50, -18}};

void prepare(void) {
  uint32_t state = 53;
  for (int b = 0; b < BLOCKS; b++)
    for (int i = 0; i < 64; i++) pixel[b][i] = (int16_t)(next_random(&state) % 256 - 128);
}

uint64_t hot(uint32_t pass) {
  uint64_t sum = 0;
  for (int b = 0; b < BLOCKS; b++) {
    int32_t rows[64];
    for (int y = 0; y < 8; y++)
      for (int u = 0; u < 8; u++) {
        int32_t s = 0;
        for (int x = 0; x < 8; x++) s += pixel[b][y * 8 + x] * table[u][x];
        rows[y * 8 + u] = (s + 32) >> 6;
      }
    for (int u = 0; u < 8; u++)
      for (int v = 0; v < 8; v++) {
        int32_t s = 0;
        for (int y = 0; y < 8; y++) s += rows[y * 8 + u] * table[v][y];
        if (s > 1 << 29) refuse("overflow in block", (uint64_t)b);
        sum += (uint64_t)(s < 0 ? -s : s) >> 10;
      }
  }
  return sum ^ pass;
}

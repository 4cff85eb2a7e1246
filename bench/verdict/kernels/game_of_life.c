/* Conway's game on a torus, a cell at a time. */
#include "kernel.h"

enum { SIDE = 96 };
static uint8_t now[SIDE][SIDE], next[SIDE][SIDE];

void prepare(void) {
  uint32_t state = 41;
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++) now[y][x] = next_random(&state) % 3 == 0;
}

uint64_t hot(uint32_t pass) {
  uint64_t alive = 0;
  now[pass % SIDE][pass * 7 % SIDE] ^= 1;
  for (int y = 0; y < SIDE; y++) {
    const uint8_t *up = now[(y + SIDE - 1) % SIDE], *here = now[y], *down = now[(y + 1) % SIDE];
    for (int x = 0; x < SIDE; x++) {
      const int left = x == 0 ? SIDE - 1 : x - 1, right = x == SIDE - 1 ? 0 : x + 1;
      const int around = up[left] + up[x] + up[right] + here[left] + here[right] + down[left] +
                         down[x] + down[right];
      if (around > 8) refuse("a crowd", (uint64_t)around);
      next[y][x] = around == 3 || (around == 2 && here[x]);
      alive += next[y][x];
    }
  }
  memcpy(now, next, sizeof now);
  return alive;
}

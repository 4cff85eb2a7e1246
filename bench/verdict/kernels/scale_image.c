/* Scales a grey image by weighing four neighbours. */
#include "kernel.h"

enum { WIDTH = 160, HEIGHT = 100, OUT_WIDTH = 130, OUT_HEIGHT = 140 };
static uint8_t from[HEIGHT][WIDTH], to[OUT_HEIGHT][OUT_WIDTH];

void prepare(void) {
  uint32_t state = 59;
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++) from[y][x] = (uint8_t)next_random(&state);
}

uint64_t hot(uint32_t pass) {
  const uint32_t step_x = ((WIDTH - 1) << 8) / OUT_WIDTH, step_y = ((HEIGHT - 1) << 8) / OUT_HEIGHT;
  uint64_t sum = 0;
  for (uint32_t y = 0; y < OUT_HEIGHT; y++) {
    const uint32_t at_y = y * step_y, fy = at_y & 255;
    const uint8_t *up = from[at_y >> 8], *down = from[(at_y >> 8) + 1];
    if (at_y >> 8 >= HEIGHT - 1) refuse("below the image", at_y);
    for (uint32_t x = 0; x < OUT_WIDTH; x++) {
      const uint32_t at_x = x * step_x, fx = at_x & 255, i = at_x >> 8;
      const uint32_t top = up[i] * (256 - fx) + up[i + 1] * fx;
      const uint32_t low = down[i] * (256 - fx) + down[i + 1] * fx;
      to[y][x] = (uint8_t)((top * (256 - fy) + low * fy) >> 16);
    }
    sum += to[y][pass % OUT_WIDTH];
  }
  return sum;
}

/* Escape times of a piece of the plane. */
#include "kernel.h"

enum { SIDE = 24, MOST = 100 };

void prepare(void) {}

uint64_t hot(uint32_t pass) {
  uint64_t sum = 0;
  for (int py = 0; py < SIDE; py++)
    for (int px = 0; px < SIDE; px++) {
      const double cx = -2.0 + 2.5 * px / SIDE + (pass & 15) * 1e-4, cy = -1.2 + 2.4 * py / SIDE;
      double x = 0, y = 0;
      int turns = 0;
      while (turns < MOST && x * x + y * y < 4) {
        const double t = x * x - y * y + cx;
        y = 2 * x * y + cy;
        x = t;
        turns++;
      }
      if (x != x) refuse("not a number", (uint64_t)turns);
      sum += (uint64_t)turns;
    }
  if (sum == 0) refuse("nothing stayed", pass);
  return sum;
}

/* Second-order filters in a row, each output waiting for the one before. */
#include "kernel.h"

enum { SAMPLES = 4000, STAGES = 4 };
static double sample[SAMPLES], z1[STAGES], z2[STAGES];

void prepare(void) {
  uint32_t state = 47;
  for (int i = 0; i < SAMPLES; i++) sample[i] = next_random(&state) % 2000 / 1000.0 - 1;
}

uint64_t hot(uint32_t pass) {
  double energy = 0;
  for (int s = 0; s < STAGES; s++) z1[s] = z2[s] = 0;
  for (int i = 0; i < SAMPLES; i++) {
    double x = sample[i] + (pass & 7) * 1e-3;
    for (int s = 0; s < STAGES; s++) {
      const double y = 0.2 * x + z1[s];
      z1[s] = 0.4 * x - -0.3 * y + z2[s];
      z2[s] = 0.2 * x - 0.1 * y;
      x = y;
    }
    if (x != x) refuse("unstable at", (uint64_t)i);
    energy += x * x;
  }
  if (energy > 1e9) refuse("too loud", pass);
  return (uint64_t)(energy * 1000);
}

/* A filter of 31 taps over samples. */
#include "kernel.h"

enum { SAMPLES = 4000, TAPS = 31 };
static float sample[SAMPLES + TAPS], tap[TAPS], out[SAMPLES];

void prepare(void) {
  uint32_t state = 43;
  for (int i = 0; i < SAMPLES + TAPS; i++)
    sample[i] = (float)(next_random(&state) % 2000) / 1000 - 1;
  for (int i = 0; i < TAPS; i++) tap[i] = (float)(next_random(&state) % 100) / 1000;
}

uint64_t hot(uint32_t pass) {
  float peak = 0;
  sample[pass % SAMPLES] = 0.5f;
  for (int i = 0; i < SAMPLES; i++) {
    float sum = 0;
    for (int k = 0; k < TAPS; k++) sum += sample[i + k] * tap[k];
    if (sum > 1000) refuse("overdriven at", (uint64_t)i);
    out[i] = sum;
    if (sum > peak) peak = sum;
  }
  if (peak == 0) refuse("silence", pass);
  return (uint64_t)(peak * 1000);
}

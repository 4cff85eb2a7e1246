/* The best value that fits, by dynamic programming. */
#include "kernel.h"

enum { THINGS = 40, ROOM = 2000 };
static uint32_t weight[THINGS], value[THINGS], best[ROOM + 1];

void prepare(void) {
  uint32_t state = 11;
  for (int i = 0; i < THINGS; i++) {
    weight[i] = 20 + next_random(&state) % 200;
    value[i] = 1 + next_random(&state) % 500;
  }
}

uint64_t hot(uint32_t pass) {
  memset(best, 0, sizeof best);
  value[pass % THINGS] += 1;
  for (int i = 0; i < THINGS; i++) {
    if (weight[i] > ROOM) refuse("heavier than all", weight[i]);
    for (int room = ROOM; room >= (int)weight[i]; room--) {
      const uint32_t with = best[room - (int)weight[i]] + value[i];
      if (with > best[room]) best[room] = with;
    }
  }
  if (best[ROOM] == 0) refuse("nothing fits", pass);
  return best[ROOM];
}

/* All shortest paths, Floyd and Warshall. */
#include "kernel.h"

enum { NODES = 64, FAR = 1 << 28 };
static int32_t start[NODES][NODES], length[NODES][NODES];

void prepare(void) {
  uint32_t state = 3;
  for (int i = 0; i < NODES; i++)
    for (int k = 0; k < NODES; k++)
      start[i][k] = next_random(&state) % 5 == 0 ? (int32_t)(next_random(&state) % 1000) + 1 : FAR;
}

uint64_t hot(uint32_t pass) {
  memcpy(length, start, sizeof length);
  length[pass % NODES][(pass + 1) % NODES] = 5;
  for (int via = 0; via < NODES; via++)
    for (int i = 0; i < NODES; i++) {
      const int32_t there = length[i][via];
      if (there == FAR) continue;
      if (there < 0) refuse("negative length", (uint64_t)i);
      for (int k = 0; k < NODES; k++)
        if (there + length[via][k] < length[i][k]) length[i][k] = there + length[via][k];
    }
  uint64_t sum = 0;
  for (int i = 0; i < NODES; i++) {
    if (length[i][(i + 7) % NODES] == FAR) refuse("no way", (uint64_t)i);
    sum += (uint64_t)length[i][(i + 7) % NODES];
  }
  return sum;
}

/* Joins sets, halving the paths. */
#include "kernel.h"

enum { COUNT = 4000, JOINS = 6000 };
static uint16_t parent[COUNT], size[COUNT], pair[JOINS][2];

void prepare(void) {
  uint32_t state = 61;
  for (int i = 0; i < JOINS; i++) {
    pair[i][0] = (uint16_t)(next_random(&state) % COUNT);
    pair[i][1] = (uint16_t)(next_random(&state) % COUNT);
  }
}

static inline uint16_t root_of(uint16_t x) {
  while (parent[x] != x) {
    if (parent[x] >= COUNT) refuse("outside", x);
    parent[x] = parent[parent[x]];
    x = parent[x];
  }
  return x;
}

uint64_t hot(uint32_t pass) {
  uint64_t sets = COUNT;
  for (int i = 0; i < COUNT; i++) {
    parent[i] = (uint16_t)i;
    size[i] = 1;
  }
  for (int i = 0; i < JOINS; i++) {
    uint16_t a = root_of(pair[i][0]), b = root_of((uint16_t)((pair[i][1] + pass) % COUNT));
    if (a == b) continue;
    if (size[a] < size[b]) {
      const uint16_t other = a;
      a = b;
      b = other;
    }
    parent[b] = a;
    size[a] = (uint16_t)(size[a] + size[b]);
    sets--;
  }
  if (sets == 0) refuse("no sets", pass);
  return sets * 1000 + size[root_of(0)];
}

/* Distances on a grid with walls, by a queue. */
#include "kernel.h"

enum { SIDE = 80 };
static uint8_t wall[SIDE * SIDE];
static uint16_t distance[SIDE * SIDE], queue[SIDE * SIDE];

void prepare(void) {
  uint32_t state = 67;
  for (int i = 0; i < SIDE * SIDE; i++) {
    const int x = i % SIDE, y = i / SIDE;
    wall[i] = x == 0 || y == 0 || x == SIDE - 1 || y == SIDE - 1 || next_random(&state) % 4 == 0;
  }
  wall[SIDE + 1] = wall[SIDE + 2] = wall[2 * SIDE + 1] = 0;
}

uint64_t hot(uint32_t pass) {
  static const int step[4] = {1, -1, SIDE, -SIDE};
  uint32_t head = 0, tail = 0;
  uint64_t sum = pass;
  memset(distance, 0xff, sizeof distance);
  distance[SIDE + 1] = 0;
  queue[tail++] = SIDE + 1;
  while (head < tail) {
    const uint16_t at = queue[head++];
    sum += distance[at];
    for (int i = 0; i < 4; i++) {
      const uint16_t to = (uint16_t)(at + step[i]);
      if (wall[to] || distance[to] != 0xffff) continue;
      if (tail == SIDE * SIDE) refuse("queue full", tail);
      distance[to] = (uint16_t)(distance[at] + 1);
      queue[tail++] = to;
    }
  }
  if (head < 2) refuse("walled in", head);
  return sum;
}

/* Places queens that do not see each other, by recursion. */
#include "kernel.h"

void prepare(void) {}

static uint32_t place(uint32_t all, uint32_t columns, uint32_t left, uint32_t right) {
  if (columns == all) return 1;
  uint32_t found = 0, free = all & ~(columns | left | right);
  while (free != 0) {
    const uint32_t bit = free & -free;
    free ^= bit;
    if (columns & bit) refuse("two in a column", columns);
    found += place(all, columns | bit, (left | bit) << 1, (right | bit) >> 1);
  }
  return found;
}

uint64_t hot(uint32_t pass) {
  const uint32_t size = 7 + (pass & 1);
  const uint32_t found = place((1u << size) - 1, 0, 0, 0);
  if (found != (size == 7 ? 40 : 92)) refuse("wrong number", found);
  return found;
}

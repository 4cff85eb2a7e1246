/* Many searches in one sorted array. */
#include "kernel.h"

enum { COUNT = 20000, QUESTIONS = 4000 };
static uint32_t sorted[COUNT], question[QUESTIONS];

void prepare(void) {
  uint32_t state = 19, at = 0;
  for (int i = 0; i < COUNT; i++) sorted[i] = at += 1 + next_random(&state) % 50;
  for (int i = 0; i < QUESTIONS; i++) question[i] = next_random(&state) % at;
}

uint64_t hot(uint32_t pass) {
  uint64_t sum = 0;
  for (int i = 0; i < QUESTIONS; i++) {
    const uint32_t wanted = question[i] + (pass & 7);
    size_t low = 0, high = COUNT;
    while (low < high) {
      const size_t middle = (low + high) / 2;
      if (sorted[middle] == wanted) {
        low = middle;
        break;
      }
      if (sorted[middle] < wanted)
        low = middle + 1;
      else
        high = middle;
    }
    if (low > COUNT) refuse("beyond the end", low);
    sum += low;
  }
  if (sum == 0) refuse("nothing found", pass);
  return sum;
}

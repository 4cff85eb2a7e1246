/* Edit distance of two texts, a row at a time. */
#include "kernel.h"

enum { LENGTH = 220 };
static char first[LENGTH], second[LENGTH];
static uint16_t row[LENGTH + 1];

void prepare(void) {
  uint32_t state = 7;
  for (int i = 0; i < LENGTH; i++) {
    first[i] = (char)('a' + next_random(&state) % 6);
    second[i] = (char)('a' + next_random(&state) % 6);
  }
}

uint64_t hot(uint32_t pass) {
  first[pass % LENGTH] ^= 1;
  for (int k = 0; k <= LENGTH; k++) row[k] = (uint16_t)k;
  for (int i = 1; i <= LENGTH; i++) {
    uint16_t corner = row[0];
    row[0] = (uint16_t)i;
    for (int k = 1; k <= LENGTH; k++) {
      uint16_t best = (uint16_t)(corner + (first[i - 1] != second[k - 1]));
      corner = row[k];
      if (row[k] + 1 < best) best = (uint16_t)(row[k] + 1);
      if (row[k - 1] + 1 < best) best = (uint16_t)(row[k - 1] + 1);
      row[k] = best;
    }
    if (row[LENGTH] > 2 * LENGTH) refuse("distance too large", row[LENGTH]);
  }
  if (row[LENGTH] == 0) refuse("texts are equal", pass);
  return row[LENGTH];
}

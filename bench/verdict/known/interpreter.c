/* A byte-code interpreter of sixteen operations. */
#include "kernel.h"

enum { SIZE = 20000 };
static uint8_t code[SIZE];

void prepare(void) {
  uint32_t state = 89;
  for (int i = 0; i < SIZE; i++) code[i] = (uint8_t)(next_random(&state) % 16);
}

uint64_t hot(uint32_t pass) {
  uint64_t x = pass, y = 1, z = 7;
  for (int i = 0; i < SIZE; i++) {
    switch (code[i]) {
      case 0: x += y; break;
      case 1: x ^= z; break;
      case 2: y += x >> 3; break;
      case 3: z = (x & 1) ? z + y : z ^ x; break;
      case 4: x = x << 5 | x >> 59; break;
      case 5: y = y * 5 + 1; break;
      case 6:
        if (y > z) x += 3;
        break;
      case 7: z -= y; break;
      case 8: x -= z; break;
      case 9: y ^= x; break;
      case 10: z = z * 9 + x; break;
      case 11:
        if (z & 4) y = ~y;
        break;
      case 12: x += z & 255; break;
      case 13: y = y >> 1 | y << 63; break;
      case 14: z += 1; break;
      case 15: x ^= x >> 7; break;
      default: refuse("no such operation", code[i]);
    }
  }
  if (x == y && y == z) refuse("all the same", x);
  return x ^ y ^ z;
}

/* The same code whose speed one word of .data decides: it touches a page again and
 * again, or a new one each time. */
#include <stdio.h>

#ifndef STRIDE
#define STRIDE 1
#endif
enum { SIZE = 1 << 24 };
unsigned stride = STRIDE;
static unsigned char bytes[SIZE];

__attribute__((noinline)) unsigned hot(unsigned turns) {
  unsigned sum = 0, at = 0;
  for (unsigned i = 0; i < turns; i++) {
    sum += bytes[at & (SIZE - 1)];
    at += stride;
  }
  return sum;
}

int main(void) {
  for (unsigned i = 0; i < SIZE; i += 4096) bytes[i] = 0;
  printf("%u\n", hot(2000000));
  return 0;
}

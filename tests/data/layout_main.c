// The other half of layout_ends.c. SECOND changes a short string.
#include <stdio.h>

#ifndef SECOND
#define SECOND ", "
#endif

long span(void), clear(void);
const char* pick(int);

int table[8] = {3, 1, 4, 1, 5, 9, 2, 6};
static const int weights[4] = {10, 65, 66, 67};

__attribute__((noinline)) int weigh(int n) { return weights[n & 3] * table[n & 7]; }
__attribute__((noinline)) const char* separator(int n) { return n ? SECOND : "the separator, "; }

int main(int n, char** v) {
  printf("%s%ld %d%s%s\n", pick(n), span() + clear(), weigh(n), separator(n), v[0]);
  return 0;
}

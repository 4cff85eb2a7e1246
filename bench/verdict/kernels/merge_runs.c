/* Merges sorted runs, two at a time. */
#include "kernel.h"

enum { COUNT = 8192 };
static uint32_t from[COUNT], work[2][COUNT];

void prepare(void) {
  uint32_t state = 17;
  for (int i = 0; i < COUNT; i++) from[i] = next_random(&state);
}

uint64_t hot(uint32_t pass) {
  uint32_t *a = work[0], *b = work[1];
  memcpy(a, from, sizeof from);
  a[pass % COUNT] ^= pass;
  for (size_t width = 1; width < COUNT; width *= 2) {
    for (size_t at = 0; at < COUNT; at += 2 * width) {
      size_t left = at, right = at + width, out = at;
      const size_t middle = right, end = at + 2 * width;
      while (left < middle && right < end) b[out++] = a[left] <= a[right] ? a[left++] : a[right++];
      while (left < middle) b[out++] = a[left++];
      while (right < end) b[out++] = a[right++];
      if (out != end) refuse("lost some", out);
    }
    uint32_t* other = a;
    a = b;
    b = other;
  }
  if (a[0] > a[COUNT - 1]) refuse("not sorted", pass);
  return (uint64_t)a[COUNT / 2] + a[COUNT / 3];
}

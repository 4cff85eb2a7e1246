/* About a second of work of several kinds: bytes to base64, sorting, hashing words,
 * floating point. argv[1] repeats it. Prints a sum, so that nothing is left out. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned state = 1;
static unsigned next(void) { return state = state * 1664525u + 1013904223u; }

static size_t base64(const unsigned char* in, size_t n, char* out) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  size_t at = 0;
  for (size_t i = 0; i + 2 < n; i += 3) {
    unsigned bits = (unsigned)in[i] << 16 | (unsigned)in[i + 1] << 8 | in[i + 2];
    for (int shift = 18; shift >= 0; shift -= 6) out[at++] = digits[bits >> shift & 63];
  }
  return at;
}

static int compare(const void* a, const void* b) {
  unsigned x = *(const unsigned*)a, y = *(const unsigned*)b;
  return (x > y) - (x < y);
}

static unsigned hash(const char* text, size_t n) {
  unsigned h = 2166136261u;
  for (size_t i = 0; i < n; ++i) h = (h ^ (unsigned char)text[i]) * 16777619u;
  return h;
}

static double orbit(int steps) {
  double x = 1, y = 0, vx = 0, vy = 1;
  for (int i = 0; i < steps; ++i) {
    double r = sqrt(x * x + y * y), g = -0.001 / (r * r * r);
    vx += g * x, vy += g * y;
    x += 0.001 * vx, y += 0.001 * vy;
  }
  return x;
}

int main(int argc, char** argv) {
  enum { BYTES = 1 << 16, NUMBERS = 1 << 15 };
  static unsigned char in[BYTES];
  static char out[2 * BYTES];
  static unsigned numbers[NUMBERS];
  unsigned long sum = 0;
  for (int round = argc > 1 ? atoi(argv[1]) : 100; round > 0; --round) {
    for (int i = 0; i < BYTES; ++i) in[i] = (unsigned char)(next() >> 24);
    size_t length = 0;
    for (int i = 0; i < 4; ++i) length = base64(in, BYTES, out);
    sum += hash(out, length);
    for (int i = 0; i < NUMBERS; ++i) numbers[i] = next();
    qsort(numbers, NUMBERS, sizeof *numbers, compare);
    sum += numbers[NUMBERS / 2] + (unsigned long)(1000 * fabs(orbit(20000)));
  }
  printf("%lu\n", sum);
  return 0;
}

/* Adds 4096 numbers, 100 times: 16 at once where the CPU has AVX-512, else each alone. */
#include <immintrin.h>
#include <stdio.h>

enum { NUMBERS = 4096 };
static float numbers[NUMBERS];

__attribute__((target("avx512f"), noinline)) float sum_512(void) {
  __m512 sum = _mm512_setzero_ps();
#pragma clang loop unroll(disable)
  for (int i = 0; i < NUMBERS; i += 16) sum = _mm512_add_ps(sum, _mm512_loadu_ps(numbers + i));
  return _mm512_reduce_add_ps(sum);
}

__attribute__((noinline)) float sum_64(void) {
  float sum = 0;
#pragma clang loop unroll(disable) vectorize(disable)
  for (int i = 0; i < NUMBERS; ++i) sum += numbers[i];
  return sum;
}

int main(void) {
  const int wide = __builtin_cpu_supports("avx512f");
  float sum = 0;
  for (int i = 0; i < NUMBERS; ++i) numbers[i] = (float)(i & 7);
  for (int round = 0; round < 100; ++round) sum += wide ? sum_512() : sum_64();
  printf("%g\n", sum);
  return 0;
}

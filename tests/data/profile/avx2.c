/* 256-bit integer code: emulation must run it, and right. */
#include <immintrin.h>
#include <stdio.h>

__attribute__((target("avx2"), noinline)) static int sum(const int* p, int n) {
  __m256i total = _mm256_setzero_si256();
  for (int i = 0; i < n; i += 8)
    total = _mm256_add_epi32(total, _mm256_loadu_si256((const __m256i*)(p + i)));
  int lanes[8], all = 0;
  _mm256_storeu_si256((__m256i*)lanes, total);
  for (int i = 0; i < 8; ++i) all += lanes[i];
  return all;
}

int main(void) {
  int numbers[800];
  for (int i = 0; i < 800; ++i) numbers[i] = i;
  printf("%d\n", sum(numbers, 800));
  return 0;
}

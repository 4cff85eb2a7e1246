// Values that do not fit into registers, and what looks like them. Each function is one case of
// cases.txt.
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#define CASE __attribute__((noinline))

// --- more values than registers ---

CASE uint64_t eighteen_values(const uint64_t* in, size_t n) {
  uint64_t v0 = 1, v1 = 2, v2 = 3, v3 = 4, v4 = 5, v5 = 6, v6 = 7, v7 = 8, v8 = 9, v9 = 10,
           v10 = 11, v11 = 12, v12 = 13, v13 = 14, v14 = 15, v15 = 16, v16 = 17, v17 = 18;
  for (size_t i = 0; i < n; i++) {
    v0 += in[i];
    v0 ^= v7 << 1;
    v1 += v8 >> 2;
    v2 += v9 << 3;
    v3 ^= v10 >> 4;
    v4 += v11 << 5;
    v5 += v12 >> 1;
    v6 ^= v13 << 2;
    v7 += v14 >> 3;
    v8 += v15 << 4;
    v9 ^= v16 >> 5;
    v10 += v17 << 1;
    v11 += v0 >> 2;
    v12 ^= v1 << 3;
    v13 += v2 >> 4;
    v14 += v3 << 5;
    v15 ^= v4 >> 1;
    v16 += v5 << 2;
    v17 += v6 >> 3;
  }
  return v0 ^ v1 ^ v2 ^ v3 ^ v4 ^ v5 ^ v6 ^ v7 ^ v8 ^ v9 ^ v10 ^ v11 ^ v12 ^ v13 ^ v14 ^ v15 ^ v16 ^
         v17;
}

CASE __m128 twenty_vectors(const __m128* in, size_t n) {
  __m128 w0 = _mm_set1_ps(1.0f);
  __m128 w1 = _mm_set1_ps(2.0f);
  __m128 w2 = _mm_set1_ps(3.0f);
  __m128 w3 = _mm_set1_ps(4.0f);
  __m128 w4 = _mm_set1_ps(5.0f);
  __m128 w5 = _mm_set1_ps(6.0f);
  __m128 w6 = _mm_set1_ps(7.0f);
  __m128 w7 = _mm_set1_ps(8.0f);
  __m128 w8 = _mm_set1_ps(9.0f);
  __m128 w9 = _mm_set1_ps(10.0f);
  __m128 w10 = _mm_set1_ps(11.0f);
  __m128 w11 = _mm_set1_ps(12.0f);
  __m128 w12 = _mm_set1_ps(13.0f);
  __m128 w13 = _mm_set1_ps(14.0f);
  __m128 w14 = _mm_set1_ps(15.0f);
  __m128 w15 = _mm_set1_ps(16.0f);
  __m128 w16 = _mm_set1_ps(17.0f);
  __m128 w17 = _mm_set1_ps(18.0f);
  __m128 w18 = _mm_set1_ps(19.0f);
  __m128 w19 = _mm_set1_ps(20.0f);
  for (size_t i = 0; i < n; i++) {
    const __m128 x = in[i];
    w0 = _mm_add_ps(_mm_mul_ps(w0, x), w9);
    w1 = _mm_add_ps(_mm_mul_ps(w1, x), w10);
    w2 = _mm_add_ps(_mm_mul_ps(w2, x), w11);
    w3 = _mm_add_ps(_mm_mul_ps(w3, x), w12);
    w4 = _mm_add_ps(_mm_mul_ps(w4, x), w13);
    w5 = _mm_add_ps(_mm_mul_ps(w5, x), w14);
    w6 = _mm_add_ps(_mm_mul_ps(w6, x), w15);
    w7 = _mm_add_ps(_mm_mul_ps(w7, x), w16);
    w8 = _mm_add_ps(_mm_mul_ps(w8, x), w17);
    w9 = _mm_add_ps(_mm_mul_ps(w9, x), w18);
    w10 = _mm_add_ps(_mm_mul_ps(w10, x), w19);
    w11 = _mm_add_ps(_mm_mul_ps(w11, x), w0);
    w12 = _mm_add_ps(_mm_mul_ps(w12, x), w1);
    w13 = _mm_add_ps(_mm_mul_ps(w13, x), w2);
    w14 = _mm_add_ps(_mm_mul_ps(w14, x), w3);
    w15 = _mm_add_ps(_mm_mul_ps(w15, x), w4);
    w16 = _mm_add_ps(_mm_mul_ps(w16, x), w5);
    w17 = _mm_add_ps(_mm_mul_ps(w17, x), w6);
    w18 = _mm_add_ps(_mm_mul_ps(w18, x), w7);
    w19 = _mm_add_ps(_mm_mul_ps(w19, x), w8);
  }
  w0 = _mm_add_ps(w0, _mm_add_ps(w1, w2));
  w3 = _mm_add_ps(w3, _mm_add_ps(w4, w5));
  w6 = _mm_add_ps(w6, _mm_add_ps(w7, w8));
  w9 = _mm_add_ps(w9, _mm_add_ps(w10, w11));
  w12 = _mm_add_ps(w12, _mm_add_ps(w13, w14));
  w15 = _mm_add_ps(w15, _mm_add_ps(w16, w17));
  w18 = _mm_add_ps(w18, w19);
  return _mm_add_ps(_mm_add_ps(w0, w3),
                    _mm_add_ps(_mm_add_ps(w6, w9), _mm_add_ps(_mm_add_ps(w12, w15), w18)));
}

// --- the stack is used for another reason, or not at all ---

CASE uint64_t six_values(const uint64_t* in, size_t n) {
  uint64_t v0 = 1, v1 = 2, v2 = 3, v3 = 4, v4 = 5, v5 = 6;
  for (size_t i = 0; i < n; i++) {
    v0 ^= in[i];
    v0 += v3 >> 1;
    v1 += v4 >> 2;
    v2 += v5 >> 3;
    v3 += v0 >> 4;
    v4 += v1 >> 5;
    v5 += v2 >> 6;
  }
  return v0 ^ v1 ^ v2 ^ v3 ^ v4 ^ v5;
}

CASE unsigned counted_by_volatile(const unsigned* in, size_t n) {
  volatile unsigned last = 0;
  unsigned sum = 0;
  for (size_t i = 0; i < n; i++) {
    last = in[i];
    sum += last ^ (unsigned)i;
  }
  return sum;
}

CASE unsigned local_table(const uint8_t* in, size_t n) {
  uint8_t seen[64] = {0};
  unsigned sum = 0;
  for (size_t i = 0; i < n; i++) {
    sum += seen[in[i] & 63];
    seen[(in[i] >> 2) & 63] = in[i];
  }
  return sum;
}

double elsewhere(double);
CASE double saved_around_calls(const double* in, size_t n) {
  double sum = 0, square = 0;
  for (size_t i = 0; i < n; i++) {
    sum += elsewhere(in[i]);
    square += in[i] * sum;
  }
  return sum + square;
}

// Divisions in loops. Each function is one case of cases.txt.
#include <stddef.h>
#include <stdint.h>

#define CASE __attribute__((noinline))
#ifdef __clang__
#define MINSIZE __attribute__((noinline, minsize))
#else
#define MINSIZE __attribute__((noinline, optimize("Os")))
#endif

// --- by a number that does not change ---

CASE uint32_t divide_u32(const uint32_t* a, uint32_t d, size_t n) {
  uint32_t sum = 0;
  for (size_t i = 0; i < n; i++) sum += a[i] / d;
  return sum;
}

// clang tests whether 32 bits suffice: two divisions, one of which runs.
CASE uint64_t divide_u64(const uint64_t* a, uint64_t d, size_t n) {
  uint64_t sum = 0;
  for (size_t i = 0; i < n; i++) sum += a[i] / d;
  return sum;
}

CASE int remainder_i32(const int* a, int d, size_t n) {
  int sum = 0;
  for (size_t i = 0; i < n; i++) sum += a[i] % d;
  return sum;
}

// The remainder feeds the next dividend, the trip count is the length: worth it.
CASE uint32_t rolling_hash(const uint8_t* text, size_t n, uint32_t modulus) {
  uint32_t hash = 0;
  for (size_t i = 0; i < n; i++) hash = (hash * 31 + text[i]) % modulus;
  return hash;
}

CASE int divide_sometimes(const int* a, int* out, int d, size_t n) {
  int last = 0;
  for (size_t i = 0; i < n; i++) {
    if (a[i] & 1) last = a[i] / d;
    out[i] = last;
  }
  return last;
}

// Built for size, the division by ten stays.
MINSIZE uint32_t tenths_for_size(const uint32_t* a, size_t n) {
  uint32_t sum = 0;
  for (size_t i = 0; i < n; i++) sum += a[i] / 10;
  return sum;
}

// The same, with the five set before the outer loop.
MINSIZE uint32_t fifths_far(const uint32_t* a, uint32_t* odd, size_t rows, size_t n) {
  uint32_t sum = 0;
  for (size_t r = 0; r < rows; r++) {
    if (a[r] & 1)
      sum ^= a[r];
    else
      odd[r] = 1;
    for (size_t i = 0; i < n; i++) sum += a[i + r] / 5;
  }
  return sum;
}

// By what a store may change.
CASE void by_field(uint32_t* out, const uint32_t* a, const uint32_t* d, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = a[i] / *d;
}

// --- by one that changes, or few times, or not by the divider ---

// Once per digit.
CASE char* digits(char* end, uint32_t value, uint32_t base) {
  do {
    *--end = "0123456789abcdef"[value % base];
    value /= base;
  } while (value != 0);
  return end;
}

CASE char* digits_u64(char* end, uint64_t value, uint64_t base) {
  do {
    *--end = "0123456789abcdef"[value % base];
    value /= base;
  } while (value != 0);
  return end;
}

CASE uint32_t shrinking(const uint32_t* a, uint32_t d, size_t n) {
  uint32_t sum = 0;
  for (size_t i = 0; i < n && d != 0; i++, d >>= 1) sum += a[i] / d;
  return sum;
}

CASE uint32_t pairwise(const uint32_t* a, const uint32_t* b, size_t n) {
  uint32_t sum = 0;
  for (size_t i = 0; i < n; i++) sum += a[i] / b[i];
  return sum;
}

CASE uint32_t greatest_common(uint32_t a, uint32_t b) {
  while (b != 0) {
    const uint32_t r = a % b;
    a = b;
    b = r;
  }
  return a;
}

// Ends where the bucket does, after a step or two.
struct entry {
  struct entry* next;
  uint64_t hash, key;
};
CASE struct entry* bucket_walk(struct entry* e, uint64_t buckets, uint64_t bucket, uint64_t key) {
  do {
    if (e->key == key) return e;
    e = e->next;
  } while (e && e->hash % buckets == bucket);
  return 0;
}

// Moves the nodes of one bucket that now belong to another: does not end at the first.
CASE void bucket_split(struct entry** from, struct entry** to, uint64_t buckets, uint64_t bucket) {
  struct entry** at = from;
  for (struct entry* e = *at; e; e = *at) {
    if (e->hash % buckets != bucket) {
      *at = e->next;
      e->next = *to;
      *to = e;
    } else {
      at = &e->next;
    }
  }
}

// All of the work is in the callee.
int work(int value);
CASE int now_and_then(const int* a, int d, size_t n) {
  int sum = 0;
  for (size_t i = 0; i < n; i++)
    if (work(a[i])) sum += a[i] / d;
  return sum;
}

CASE int every_time_beside_a_call(const int* a, int d, size_t n) {
  int sum = 0;
  for (size_t i = 0; i < n; i++) sum += work(a[i] / d);
  return sum;
}

CASE uint32_t by_constant(const uint32_t* a, size_t n) {
  uint32_t sum = 0;
  for (size_t i = 0; i < n; i++) sum += a[i] / 10;
  return sum;
}

CASE void by_float(double* a, double d, size_t n) {
  for (size_t i = 0; i < n; i++) a[i] /= d;
}

CASE uint32_t before_loop(const uint32_t* a, uint32_t x, uint32_t d, size_t n) {
  uint32_t sum = 0;
  const uint32_t q = x / d;
  for (size_t i = 0; i < n; i++) sum += (a[i] * q) >> 3;
  return sum;
}

void fail(int value) __attribute__((noreturn, cold));
CASE void only_to_fail(int* out, const int* a, int d, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (a[i] < 0) fail(a[i] / d);
    out[i] = a[i] * 5;
  }
}

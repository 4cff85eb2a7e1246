// Loads of unchanging addresses in loops, and what looks like them. Each
// function is one case of cases.txt.
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#define CASE __attribute__((noinline))

struct buffer {
  int count;
  int value;
  char* bytes;
  int* words;
};

// --- loaded again and again ---

CASE void byte_fill(struct buffer* s) {
  for (int i = 0; i < s->count; i++) s->bytes[i] = (char)s->value;
}

CASE void word_fill(struct buffer* s) {
  for (int i = 0; i < s->count; i++) s->words[i] = i ^ s->value;
}

int scale = 3;
CASE void global_scale(int* out, const int* in, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (in[i] == 0) break;
    out[i] = in[i] * scale;
  }
}

CASE void histogram_limit(uint32_t* counts, const uint8_t* in, const uint32_t* n) {
  for (uint32_t i = 0; i < *n; i++) counts[in[i]]++;
}

// --- the loop must load, or does not, or it is not this check's business ---

CASE void local_copy(struct buffer* s) {
  const int count = s->count, value = s->value;
  int* words = s->words;
  for (int i = 0; i < count; i++) words[i] = i ^ value;
}

CASE void restricted(int* restrict out, const int* restrict in, const int* restrict factor,
                     size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = in[i] * *factor;
}

CASE void accumulate_in_memory(uint32_t* sum, const uint32_t* in, uint32_t* copy, size_t n) {
  for (size_t i = 0; i < n; i++) {
    *sum ^= in[i] * 5;
    copy[i] = in[i];
  }
}

CASE void largest(uint32_t* best, const uint32_t* in, uint32_t* ranks, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (in[i] > *best) *best = in[i];
    ranks[i] = (uint32_t)i;
  }
}

CASE void spin(const volatile int* flag) {
  while (*flag == 0) {
  }
}

// Raised by a signal or another thread.
CASE void volatile_stop_flag(const volatile char* stop, int* out, size_t n) {
  for (size_t i = 0; i < n && !*stop; i++) out[i] = (int)i * 3;
}

CASE void relaxed_stop_flag(const char* stop, uint16_t* out, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (__atomic_load_n(stop, __ATOMIC_RELAXED) == 2) return;
    out[i] = (uint16_t)(i * 3);
  }
}

// The same with stores that could change the flag, for all that is known.
CASE void stop_flag_among_bytes(const char* stop, char* out, size_t n) {
  for (size_t i = 0; i < n && !*stop; i++) out[i] = (char)(i * 3);
}

CASE void volatile_twice(const volatile int* port, int* out, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = *port + *port;
}

CASE void atomic_counter(int* counter, const int* step, int* out, size_t n) {
  for (size_t i = 0; i < n; i++) {
    __atomic_fetch_add(counter, 1, __ATOMIC_SEQ_CST);
    out[i] = *step;
  }
}

// Each index may be 0: the store may write what is loaded.
CASE void first_element(int* a, const uint16_t* index, int n) {
  for (int i = 0; i < n; i++) a[index[i]] += a[0];
}

CASE void first_byte(unsigned char* d, const unsigned char* index, int n) {
  for (int i = 0; i < n; i++) d[index[i]] = d[0] + 1;
}

// The same, with a pointer into the array for the load.
struct counts {
  int before[100];
  uint16_t count[64];
};
CASE void one_of_row(struct counts* s, const uint8_t* index, size_t row, int n) {
  const uint16_t* limit = &s->count[row];
  for (int i = 0; i < n; i++) {
    if (index[i] == 0) break;
    s->count[index[i]] = *limit + 1;
  }
}

// Another field of the same object is not written: a store with another constant.
CASE void other_field(struct buffer* s, const int* in, char* out, int n) {
  for (int i = 0; i < n; i++) {
    s->count = in[i];
    out[i] = (char)s->value;
  }
}

int produce(void);
CASE void call_in_loop(struct buffer* s) {
  for (int i = 0; i < s->count; i++) s->words[i] = produce();
}

CASE void constants(double* out, const double* in, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (in[i] == 0) break;
    out[i] = (in[i] * 1.37 + 0.25) / 7.5;
  }
}

__attribute__((tls_model("initial-exec"))) _Thread_local int bias;
CASE void thread_local_bias(int* out, const int* in, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (in[i] == 0) break;
    out[i] = in[i] + bias;
  }
}

struct node {
  struct node* next;
  int value;
};
CASE void list_walk(struct node* n, int* out) {
  for (; n; n = n->next) *out++ = n->value;
}

CASE int sometimes(int* out, const int* in, const int* extra, size_t n) {
  int sum = 0;
  for (size_t i = 0; i < n; i++) {
    if (in[i] < 0) sum += *extra;
    out[i] = sum * 3;
  }
  return sum;
}

CASE void dispatch(int* out, const int* in, size_t n) {
  for (size_t i = 0; i < n; i++) {
    switch (in[i]) {
      case 0: out[i] = 17; break;
      case 1: out[i] = (int)i * 3; break;
      case 2: out[i] = (int)i - 9; break;
      case 3: out[i] = (int)(i ^ n); break;
      case 4: out[i] = ~(int)i; break;
      case 5: out[i] = (int)i / 11; break;
      default: return;
    }
  }
}

// More values than registers: the reloads are spills.
CASE void spilled(const uint64_t* a, uint64_t* o, size_t n) {
  uint64_t v0 = a[0], v1 = a[1], v2 = a[2], v3 = a[3], v4 = a[4], v5 = a[5], v6 = a[6], v7 = a[7];
  uint64_t c0 = a[8], c1 = a[9], c2 = a[10], c3 = a[11], c4 = a[12], c5 = a[13], c6 = a[14];
  for (size_t i = 0; i < n; i++) {
    v0 += v4 ^ c0, v1 += v5 * c1, v2 += v6 ^ c2, v3 += v7 * c3;
    v4 += v1 ^ c4, v5 += v2 * c5, v6 += v3 ^ c6, v7 += v0 * 3;
    o[i] = v0 + v3;
  }
  o[0] = v1 ^ v2 ^ v4 ^ v5 ^ v6 ^ v7;
}

// The loop names all general registers; whether one could be had is not known.
CASE void no_register_left(const uint64_t* k, uint64_t* out, const uint64_t* in, size_t n) {
  uint64_t a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7, h = 8, j = 9;
  for (size_t i = 0; i < n; i++) {
    a = (a ^ k[0]) * j, b = (b ^ k[1]) * a, c = (c ^ k[2]) * b, d = (d ^ k[3]) * c;
    e = (e ^ k[4]) * d, f = (f ^ k[5]) * e, g = (g ^ k[6]) * f, h = (h ^ k[7]) * g;
    j = (j ^ k[8]) * h + in[i];
    out[i] = j;
  }
  out[0] = a ^ b ^ c ^ d ^ e ^ f ^ g ^ h;
}

// More loads than registers: some can be kept, not all.
__attribute__((noinline, target("aes"))) void round_keys(const __m128i* k, __m128i* out, size_t n) {
  for (size_t i = 0; i < n; i++) {
    __m128i x = out[i];
    x = _mm_aesenc_si128(_mm_aesenc_si128(_mm_aesenc_si128(x, k[0]), k[1]), k[2]);
    x = _mm_aesenc_si128(_mm_aesenc_si128(_mm_aesenc_si128(x, k[3]), k[4]), k[5]);
    x = _mm_aesenc_si128(_mm_aesenc_si128(_mm_aesenc_si128(x, k[6]), k[7]), k[8]);
    x = _mm_aesenc_si128(_mm_aesenc_si128(_mm_aesenc_si128(x, k[9]), k[10]), k[11]);
    x = _mm_aesenc_si128(_mm_aesenc_si128(_mm_aesenc_si128(x, k[12]), k[13]), k[14]);
    out[i] = _mm_aesenclast_si128(x, k[15]);
  }
}

// Plain C: no mangled names, inlined static functions, a macro.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define ROTATE(x, n) (((x) << (n)) | ((x) >> (32 - (n))))

static uint32_t load32(const unsigned char* p) {
  uint32_t v;
  memcpy(&v, p, sizeof v);
  return v;
}

static inline uint32_t mix(uint32_t h, uint32_t k) {
  k *= 0xcc9e2d51u;
  k = ROTATE(k, 15);
  h ^= k * 0x1b873593u;
  return ROTATE(h, 13) * 5 + 0xe6546b64u;
}

uint32_t hash(const unsigned char* bytes, size_t size, uint32_t seed) {
  uint32_t h = seed;
  size_t i = 0;
  for (; i + 4 <= size; i += 4) h = mix(h, load32(bytes + i));
  for (; i < size; ++i) h = mix(h, bytes[i]);
  return h ^ (uint32_t)size;
}

static int compare(const void* a, const void* b) {
  const uint32_t x = load32(a);
  const uint32_t y = load32(b);
  return x < y ? -1 : x > y;
}

void sort_hashes(uint32_t* hashes, size_t count) {
  for (size_t i = 1; i < count; ++i) {
    for (size_t j = i; j > 0 && compare(&hashes[j - 1], &hashes[j]) > 0; --j) {
      const uint32_t t = hashes[j];
      hashes[j] = hashes[j - 1];
      hashes[j - 1] = t;
    }
  }
}

int main(int argc, char** argv) {
  uint32_t hashes[64];
  size_t count = 0;
  for (int i = 0; i < argc && count < 64; ++i) {
    hashes[count++] = hash((const unsigned char*)argv[i], strlen(argv[i]), 17);
  }
  sort_hashes(hashes, count);
  for (size_t i = 0; i < count; ++i) printf("%08x\n", hashes[i]);
  return 0;
}

/* Chooses its kernel by what the CPU can do, as libraries do; argv[1] names a feature
 * of /proc/cpuinfo that the emulator may lack. Prints which kernel ran. */
#include <cpuid.h>
#include <stdio.h>
#include <string.h>

static int has_feature(const char* name) {
  unsigned a, b, c, d;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
  if (!strcmp(name, "sha_ni")) return b >> 29 & 1;
  if (!strcmp(name, "avx512f")) return b >> 16 & 1;
  if (!strcmp(name, "rdseed")) return b >> 18 & 1;
  if (!strcmp(name, "vpclmulqdq")) return c >> 10 & 1;
  if (!strcmp(name, "rdpid")) return c >> 22 & 1;
  if (!strcmp(name, "fsrm")) return d >> 4 & 1;
  return 0;
}

__attribute__((noinline)) int special_kernel(volatile int* n) { return *n += 2; }
__attribute__((noinline)) int common_kernel(volatile int* n) { return *n += 1; }

int main(int argc, char** argv) {
  volatile int n = 0;
  int special = argc > 1 && has_feature(argv[1]);
  for (int i = 0; i < 1000; ++i) special ? special_kernel(&n) : common_kernel(&n);
  printf("%s %d\n", special ? "special" : "common", n);
  return 0;
}

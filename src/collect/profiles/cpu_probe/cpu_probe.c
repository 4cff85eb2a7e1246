/* Prints what CPUID says to a program: run natively and under QEMU by `asmforge
 * profile`, to know which code paths emulation cannot show.
 *
 *     vendor AuthenticAMD
 *     family 25
 *     model 1
 *     stepping 1
 *     has avx2
 *
 * Names are those of /proc/cpuinfo; bits from Intel's and AMD's manuals (CPUID). A
 * feature whose registers the system does not save is not there for programs. */
#include <cpuid.h>
#include <stdio.h>
#include <string.h>

enum { EAX, EBX, ECX, EDX };
enum { XCR0_AVX = 0x6, XCR0_AVX512 = 0xe6, XCR0_AMX = 0x60000, OSXSAVE_BIT = 27 };

struct feature {
  const char* name;
  unsigned leaf, subleaf, reg, bit;
  unsigned saved; /* XCR0 bits that must be set */
};

static const struct feature kFeatures[] = {
    {"pni", 1, 0, ECX, 0, 0},
    {"pclmulqdq", 1, 0, ECX, 1, 0},
    {"ssse3", 1, 0, ECX, 9, 0},
    {"fma", 1, 0, ECX, 12, XCR0_AVX},
    {"cx16", 1, 0, ECX, 13, 0},
    {"sse4_1", 1, 0, ECX, 19, 0},
    {"sse4_2", 1, 0, ECX, 20, 0},
    {"movbe", 1, 0, ECX, 22, 0},
    {"popcnt", 1, 0, ECX, 23, 0},
    {"aes", 1, 0, ECX, 25, 0},
    {"xsave", 1, 0, ECX, 26, 0},
    {"avx", 1, 0, ECX, 28, XCR0_AVX},
    {"f16c", 1, 0, ECX, 29, XCR0_AVX},
    {"rdrand", 1, 0, ECX, 30, 0},
    {"cmov", 1, 0, EDX, 15, 0},
    {"clflush", 1, 0, EDX, 19, 0},
    {"mmx", 1, 0, EDX, 23, 0},
    {"fsgsbase", 7, 0, EBX, 0, 0},
    {"bmi1", 7, 0, EBX, 3, 0},
    {"hle", 7, 0, EBX, 4, 0},
    {"avx2", 7, 0, EBX, 5, XCR0_AVX},
    {"bmi2", 7, 0, EBX, 8, 0},
    {"erms", 7, 0, EBX, 9, 0},
    {"rtm", 7, 0, EBX, 11, 0},
    {"avx512f", 7, 0, EBX, 16, XCR0_AVX512},
    {"avx512dq", 7, 0, EBX, 17, XCR0_AVX512},
    {"rdseed", 7, 0, EBX, 18, 0},
    {"adx", 7, 0, EBX, 19, 0},
    {"avx512ifma", 7, 0, EBX, 21, XCR0_AVX512},
    {"clflushopt", 7, 0, EBX, 23, 0},
    {"clwb", 7, 0, EBX, 24, 0},
    {"avx512cd", 7, 0, EBX, 28, XCR0_AVX512},
    {"sha_ni", 7, 0, EBX, 29, 0},
    {"avx512bw", 7, 0, EBX, 30, XCR0_AVX512},
    {"avx512vl", 7, 0, EBX, 31, XCR0_AVX512},
    {"avx512vbmi", 7, 0, ECX, 1, XCR0_AVX512},
    {"ospke", 7, 0, ECX, 4, 0},
    {"waitpkg", 7, 0, ECX, 5, 0},
    {"avx512_vbmi2", 7, 0, ECX, 6, XCR0_AVX512},
    {"gfni", 7, 0, ECX, 8, 0},
    {"vaes", 7, 0, ECX, 9, XCR0_AVX},
    {"vpclmulqdq", 7, 0, ECX, 10, XCR0_AVX},
    {"avx512_vnni", 7, 0, ECX, 11, XCR0_AVX512},
    {"avx512_bitalg", 7, 0, ECX, 12, XCR0_AVX512},
    {"avx512_vpopcntdq", 7, 0, ECX, 14, XCR0_AVX512},
    {"rdpid", 7, 0, ECX, 22, 0},
    {"movdiri", 7, 0, ECX, 27, 0},
    {"movdir64b", 7, 0, ECX, 28, 0},
    {"fsrm", 7, 0, EDX, 4, 0},
    {"avx512_vp2intersect", 7, 0, EDX, 8, XCR0_AVX512},
    {"serialize", 7, 0, EDX, 14, 0},
    {"amx_bf16", 7, 0, EDX, 22, XCR0_AMX},
    {"avx512_fp16", 7, 0, EDX, 23, XCR0_AVX512},
    {"amx_tile", 7, 0, EDX, 24, XCR0_AMX},
    {"amx_int8", 7, 0, EDX, 25, XCR0_AMX},
    {"avx_vnni", 7, 1, EAX, 4, XCR0_AVX},
    {"avx512_bf16", 7, 1, EAX, 5, XCR0_AVX512},
    {"fzrm", 7, 1, EAX, 10, 0},
    {"fsrs", 7, 1, EAX, 11, 0},
    {"fsrc", 7, 1, EAX, 12, 0},
    {"avx_ifma", 7, 1, EAX, 23, XCR0_AVX},
    {"xsaveopt", 0xd, 1, EAX, 0, 0},
    {"xsavec", 0xd, 1, EAX, 1, 0},
    {"abm", 0x80000001, 0, ECX, 5, 0},
    {"sse4a", 0x80000001, 0, ECX, 6, 0},
    {"3dnowprefetch", 0x80000001, 0, ECX, 8, 0},
    {"xop", 0x80000001, 0, ECX, 11, XCR0_AVX},
    {"fma4", 0x80000001, 0, ECX, 16, XCR0_AVX},
    {"tbm", 0x80000001, 0, ECX, 21, 0},
    {"3dnow", 0x80000001, 0, EDX, 31, 0},
};

static unsigned saved_state(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || (c >> OSXSAVE_BIT & 1) == 0) return 0;
  unsigned low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

int main(void) {
  unsigned regs[4] = {0, 0, 0, 0};
  char vendor[13] = {0};
  __get_cpuid(0, &regs[EAX], &regs[EBX], &regs[ECX], &regs[EDX]);
  memcpy(vendor, &regs[EBX], 4);
  memcpy(vendor + 4, &regs[EDX], 4);
  memcpy(vendor + 8, &regs[ECX], 4);
  __get_cpuid(1, &regs[EAX], &regs[EBX], &regs[ECX], &regs[EDX]);
  unsigned family = regs[EAX] >> 8 & 15, model = regs[EAX] >> 4 & 15;
  if (family == 6 || family == 15) model |= (regs[EAX] >> 16 & 15) << 4;
  if (family == 15) family += regs[EAX] >> 20 & 255;
  printf("vendor %s\nfamily %u\nmodel %u\nstepping %u\n", vendor, family, model, regs[EAX] & 15);
  unsigned saved = saved_state();
  for (size_t i = 0; i < sizeof kFeatures / sizeof *kFeatures; ++i) {
    const struct feature* f = &kFeatures[i];
    if (!__get_cpuid_count(f->leaf, f->subleaf, &regs[EAX], &regs[EBX], &regs[ECX], &regs[EDX]))
      continue;
    if ((regs[f->reg] >> f->bit & 1) != 0 && (saved & f->saved) == f->saved)
      printf("has %s\n", f->name);
  }
  return 0;
}

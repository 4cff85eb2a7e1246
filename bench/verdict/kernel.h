/* What each kernel of the hold-out is to its main program. */
#ifndef ASMFORGE_BENCH_VERDICT_KERNEL_H
#define ASMFORGE_BENCH_VERDICT_KERNEL_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Fills the kernel's input, the same in each process. */
void prepare(void);

/* One pass over it. The passes differ a little, so that none can be skipped. */
__attribute__((noinline)) uint64_t hot(uint32_t pass);

/* Never called on good input: the paths to it are the cold blocks. */
__attribute__((noreturn)) void refuse(const char* what, uint64_t value);

#ifdef __cplusplus
}
#endif

static inline uint32_t next_random(uint32_t* state) {
  *state = *state * 1664525u + 1013904223u;
  return *state >> 8;
}
#endif

/* Linked into the instrumented program by llvm-bolt in place of its own runtime library,
 * for which it defines the symbols below. Only freestanding code: no C library is there.
 *
 * A program with threads or children that nobody can follow (a static one) has one set of
 * counters, to which all of its processes add with atomic instructions: a file mapped over
 * them. In all others per_thread.c does that, and this does nothing. */
#include <asm/unistd.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>

#include "counter_file.h"

#define FROM_BOLT extern __attribute__((visibility("hidden")))

FROM_BOLT uint64_t __bolt_instr_locations[]; /* the counters, on pages of their own */
FROM_BOLT uint32_t __bolt_num_counters;
FROM_BOLT char __bolt_instr_filename[];    /* -instrumentation-file */
FROM_BOLT uint8_t __bolt_instr_wait_forks; /* -instrumentation-wait-forks: one set of counters */

static long system_call(long number, long a, long b, long c, long d, long e, long f) {
  register long fourth __asm__("r10") = d;
  register long fifth __asm__("r8") = e;
  register long sixth __asm__("r9") = f;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth), "r"(sixth)
                   : "rcx", "r11", "memory");
  return result;
}

__attribute__((visibility("hidden"), used)) void asmforge_map_counters(void) {
  if (!__bolt_instr_wait_forks) return;
  const long bytes = (__bolt_num_counters * 8L + 4095) & ~4095L;
  const long file = system_call(__NR_open, (long)__bolt_instr_filename,
                                O_RDWR | O_CREAT | O_CLOEXEC, 0600, 0, 0, 0);
  if (file < 0) return;
  /* What was counted before this: nothing, or what the dynamic loader has called. */
  if (system_call(__NR_pwrite64, file, (long)__bolt_instr_locations, bytes, COUNTER_HEADER_BYTES, 0,
                  0) == bytes &&
      system_call(__NR_mmap, (long)__bolt_instr_locations, bytes, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_FIXED, file, COUNTER_HEADER_BYTES) > 0) {
    /* Written last: a file without it is none. */
    system_call(__NR_pwrite64, file, (long)COUNTER_MAGIC, sizeof COUNTER_MAGIC - 1, 0, 0, 0);
  }
  system_call(__NR_close, file, 0, 0, 0, 0, 0);
}

/* Where the program begins, with the stack as the kernel made it, and where it ends. */
__asm__(
    ".text\n"
    ".globl __bolt_instr_start\n"
    ".type __bolt_instr_start, @function\n"
    "__bolt_instr_start:\n"
    "  push %rax\n"
    "  push %rcx\n"
    "  push %rdx\n"
    "  push %rsi\n"
    "  push %rdi\n"
    "  push %r8\n"
    "  push %r9\n"
    "  push %r10\n"
    "  push %r11\n"
    "  push %rbp\n"
    "  call asmforge_map_counters\n"
    "  pop %rbp\n"
    "  pop %r11\n"
    "  pop %r10\n"
    "  pop %r9\n"
    "  pop %r8\n"
    "  pop %rdi\n"
    "  pop %rsi\n"
    "  pop %rdx\n"
    "  pop %rcx\n"
    "  pop %rax\n"
    "  jmp __bolt_start_trampoline\n"
    ".hidden __bolt_start_trampoline\n"
    ".globl __bolt_instr_fini\n"
    ".type __bolt_instr_fini, @function\n"
    "__bolt_instr_fini:\n"
    "  jmp __bolt_fini_trampoline\n"
    ".hidden __bolt_fini_trampoline\n");

/* Executes instructions of AArch64, one after the other, each on registers of its own:
 *
 *     qemu-aarch64 run_words < requests > answers
 *
 * A request is a word and the registers before it, an answer whether the word is an instruction
 * of this machine and the registers after it. Built without a C library; what it executes must
 * leave the stack pointer and memory alone, and go on to the next instruction. */
typedef unsigned long u64;
typedef unsigned int u32;

struct registers {
  u64 x[31];
  u64 nzcv;
  unsigned char v[32][16];
};
struct answer {
  u64 executed;
  struct registers after; /* until the word has run, before it */
};

extern void run(struct registers* registers);
extern u32 slot;
extern u32 after_slot;

__asm__(
    ".globl run\n"
    "run:\n"
    "  stp x29, x30, [sp, #-176]!\n"
    "  stp x19, x20, [sp, #16]\n  stp x21, x22, [sp, #32]\n  stp x23, x24, [sp, #48]\n"
    "  stp x25, x26, [sp, #64]\n  stp x27, x28, [sp, #80]\n"
    "  stp d8, d9, [sp, #96]\n  stp d10, d11, [sp, #112]\n"
    "  stp d12, d13, [sp, #128]\n  stp d14, d15, [sp, #144]\n"
    "  str x0, [sp, #160]\n"
    "  add x1, x0, #256\n"
    "  ldp q0, q1, [x1]\n  ldp q2, q3, [x1, #32]\n  ldp q4, q5, [x1, #64]\n"
    "  ldp q6, q7, [x1, #96]\n  ldp q8, q9, [x1, #128]\n  ldp q10, q11, [x1, #160]\n"
    "  ldp q12, q13, [x1, #192]\n  ldp q14, q15, [x1, #224]\n  ldp q16, q17, [x1, #256]\n"
    "  ldp q18, q19, [x1, #288]\n  ldp q20, q21, [x1, #320]\n  ldp q22, q23, [x1, #352]\n"
    "  ldp q24, q25, [x1, #384]\n  ldp q26, q27, [x1, #416]\n  ldp q28, q29, [x1, #448]\n"
    "  ldp q30, q31, [x1, #480]\n"
    "  ldr x1, [x0, #248]\n  msr nzcv, x1\n"
    "  ldp x2, x3, [x0, #16]\n  ldp x4, x5, [x0, #32]\n  ldp x6, x7, [x0, #48]\n"
    "  ldp x8, x9, [x0, #64]\n  ldp x10, x11, [x0, #80]\n  ldp x12, x13, [x0, #96]\n"
    "  ldp x14, x15, [x0, #112]\n  ldp x16, x17, [x0, #128]\n  ldp x18, x19, [x0, #144]\n"
    "  ldp x20, x21, [x0, #160]\n  ldp x22, x23, [x0, #176]\n  ldp x24, x25, [x0, #192]\n"
    "  ldp x26, x27, [x0, #208]\n  ldp x28, x29, [x0, #224]\n  ldr x30, [x0, #240]\n"
    "  ldr x1, [x0, #8]\n  ldr x0, [x0]\n"
    ".globl slot\n"
    "slot:\n  nop\n"
    ".globl after_slot\n"
    "after_slot:\n"
    "  stp x0, x1, [sp, #-16]!\n"
    "  ldr x0, [sp, #176]\n"
    "  stp x2, x3, [x0, #16]\n  stp x4, x5, [x0, #32]\n  stp x6, x7, [x0, #48]\n"
    "  stp x8, x9, [x0, #64]\n  stp x10, x11, [x0, #80]\n  stp x12, x13, [x0, #96]\n"
    "  stp x14, x15, [x0, #112]\n  stp x16, x17, [x0, #128]\n  stp x18, x19, [x0, #144]\n"
    "  stp x20, x21, [x0, #160]\n  stp x22, x23, [x0, #176]\n  stp x24, x25, [x0, #192]\n"
    "  stp x26, x27, [x0, #208]\n  stp x28, x29, [x0, #224]\n  str x30, [x0, #240]\n"
    "  ldp x2, x3, [sp], #16\n  stp x2, x3, [x0]\n"
    "  mrs x2, nzcv\n  str x2, [x0, #248]\n"
    "  add x1, x0, #256\n"
    "  stp q0, q1, [x1]\n  stp q2, q3, [x1, #32]\n  stp q4, q5, [x1, #64]\n"
    "  stp q6, q7, [x1, #96]\n  stp q8, q9, [x1, #128]\n  stp q10, q11, [x1, #160]\n"
    "  stp q12, q13, [x1, #192]\n  stp q14, q15, [x1, #224]\n  stp q16, q17, [x1, #256]\n"
    "  stp q18, q19, [x1, #288]\n  stp q20, q21, [x1, #320]\n  stp q22, q23, [x1, #352]\n"
    "  stp q24, q25, [x1, #384]\n  stp q26, q27, [x1, #416]\n  stp q28, q29, [x1, #448]\n"
    "  stp q30, q31, [x1, #480]\n"
    "  ldp d8, d9, [sp, #96]\n  ldp d10, d11, [sp, #112]\n"
    "  ldp d12, d13, [sp, #128]\n  ldp d14, d15, [sp, #144]\n"
    "  ldp x19, x20, [sp, #16]\n  ldp x21, x22, [sp, #32]\n  ldp x23, x24, [sp, #48]\n"
    "  ldp x25, x26, [sp, #64]\n  ldp x27, x28, [sp, #80]\n"
    "  ldp x29, x30, [sp], #176\n"
    "  ret\n");

static long call(long number, long a, long b, long c, long d) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
  return x0;
}
enum { READ = 63, WRITE = 64, EXIT = 93, SIGACTION = 134, MPROTECT = 226 };
enum { ILLEGAL = 4, TRAP = 5, BUS = 7, SEGMENT = 11, WITH_INFORMATION = 4 };

static volatile int failed;

/* Goes on behind the word. In a ucontext the program counter is 440 bytes from the front. */
static void on_signal(int number, void* information, char* context) {
  (void)number, (void)information;
  failed = 1;
  *(u64*)(context + 440) = (u64)&after_slot;
}

static int whole(long number, int descriptor, void* data, u64 size) {
  for (u64 done = 0; done < size;) {
    const long more = call(number, descriptor, (long)data + (long)done, (long)(size - done), 0);
    if (more <= 0) return 0;
    done += (u64)more;
  }
  return 1;
}

void _start(void) {
  const u64 page = (u64)&slot & ~4095UL;
  if (call(MPROTECT, (long)page, 8192, 7, 0) != 0) call(EXIT, 2, 0, 0, 0);
  const u64 action[4] = {(u64)&on_signal, WITH_INFORMATION, 0, 0};
  const int signals[] = {ILLEGAL, TRAP, BUS, SEGMENT};
  for (int i = 0; i < 4; ++i) call(SIGACTION, signals[i], (long)action, 0, 8);
  static struct answer answer;
  u64 word = 0;
  while (whole(READ, 0, &word, sizeof word) && whole(READ, 0, &answer.after, sizeof answer.after)) {
    *(volatile u32*)&slot = (u32)word;
    __asm__ volatile("dc cvau, %0\n dsb ish\n ic ivau, %0\n dsb ish\n isb" ::"r"(&slot) : "memory");
    failed = 0;
    run(&answer.after);
    answer.executed = !failed;
    if (!whole(WRITE, 1, &answer, sizeof answer)) call(EXIT, 3, 0, 0, 0);
  }
  call(EXIT, 0, 0, 0, 0);
}

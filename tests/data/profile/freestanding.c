/* A program without library or dispatch: natively and emulated it runs the same way. */
static long system_call(long number, long a, long b, long c) {
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c)
                   : "rcx", "r11", "memory");
  return result;
}

static unsigned sieve[512];
static unsigned primes(unsigned limit) {
  unsigned found = 0;
  for (unsigned i = 2; i < limit; ++i) {
    if (sieve[i]) continue;
    ++found;
    for (unsigned j = i + i; j < limit; j += i) sieve[j] = 1;
  }
  return found;
}

static double power_sum(int n) {
  double sum = 0;
  for (int i = 1; i <= n; ++i) sum += 1.0 / i / i;
  return sum;
}

static unsigned divide(unsigned a, unsigned b) {
  volatile unsigned divisor = b;
  unsigned sum = 0;
  for (unsigned i = 0; i < a; ++i) sum += (a * i) / divisor + (a ^ i) % divisor;
  return sum;
}

static char buffer[4096], copy[4096];
static void strings(void) {
  for (int i = 0; i < 20; ++i) {
    char *to = copy, *from = buffer;
    unsigned long count = 37 * i;
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
    to = copy;
    count = i;
    __asm__ volatile("rep stosq" : "+D"(to), "+c"(count) : "a"(7) : "memory");
    to = copy, from = buffer, count = 64;
    __asm__ volatile("repe cmpsb" : "+D"(to), "+S"(from), "+c"(count) : : "memory", "cc");
  }
}

static int compare(int a, int b) { return a < b ? -1 : a > b; }
static int (*volatile order)(int, int) = compare;
static int numbers[200];
static void sort(void) {
  unsigned state = 1;
  for (int i = 0; i < 200; ++i) numbers[i] = (int)((state = state * 1103515245 + 12345) >> 8);
  for (int i = 1; i < 200; ++i)
    for (int j = i; j > 0 && order(numbers[j - 1], numbers[j]) > 0; --j) {
      int swap = numbers[j];
      numbers[j] = numbers[j - 1];
      numbers[j - 1] = swap;
    }
}

void run(void) {
  unsigned sum = primes(512) + divide(300, 7) + (unsigned)(power_sum(200) * 1000);
  strings();
  sort();
  system_call(231, (sum + (unsigned)numbers[0]) & 0, 0, 0);
}

/* The stack is aligned here as it is not at the end of a call. */
__asm__(".globl _start\n_start: xor %ebp, %ebp\n and $-16, %rsp\n call run\n");

// Ways of control that compilers make: jump tables of several kinds, computed goto,
// tail calls, setjmp, cold parts, signal handlers, calls that never return.
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned dense(unsigned k, unsigned x) {
  switch (k) {
    case 0: return x + 1;
    case 1: return x * 3;
    case 2: return x ^ 0x55;
    case 3: puts("three"); return x;
    case 4: return x / 7;
    case 5: return x << 3;
    case 6: return (unsigned)rand();
    case 9: return x - 9;
    case 10: return x * x;
    default: return 0;
  }
}

static unsigned nested(const unsigned char* s, size_t n) {
  unsigned state = 0, sum = 0;
  for (size_t i = 0; i < n; ++i) {
    switch (state) {
      case 0: state = s[i] & 7; break;
      case 1:
        sum += 2;
        state = 3;
        break;
      case 2:
        sum ^= s[i];
        state = s[i] > 100 ? 5 : 0;
        break;
      case 3:
        sum *= 3;
        state = 4;
        break;
      case 4:
        sum -= s[i];
        state = 6;
        break;
      case 5:
        switch (s[i] % 9) {
          case 0: sum += 11; break;
          case 1: sum ^= 12; break;
          case 2: sum += sum >> 3; break;
          case 3: sum -= 14; break;
          case 4: sum |= 1; break;
          case 5: sum = ~sum; break;
          case 6: sum += 17; break;
          default: sum <<= 1;
        }
        state = 7;
        break;
      case 6:
        sum += 1;
        state = 2;
        break;
      default: state = 0;
    }
  }
  return sum;
}

static unsigned interpret(const unsigned char* code) {
  static const void* const labels[] = {&&push, &&add, &&dup, &&swap, &&loop, &&halt};
  unsigned stack[16] = {1, 2}, top = 2, count = 20;
  const unsigned char* pc = code;
#define NEXT goto* labels[*pc++]
  NEXT;
push:
  stack[top++ & 15] = *pc++;
  NEXT;
add:
  --top;
  stack[(top - 1) & 15] += stack[top & 15];
  NEXT;
dup:
  stack[top & 15] = stack[(top - 1) & 15];
  ++top;
  NEXT;
swap: {
  unsigned t = stack[(top - 1) & 15];
  stack[(top - 1) & 15] = stack[(top - 2) & 15];
  stack[(top - 2) & 15] = t;
}
  NEXT;
loop:
  if (--count) pc = code;
  NEXT;
halt:
  return stack[0] + stack[1];
}

typedef unsigned (*op)(unsigned);
__attribute__((noinline)) static unsigned twice(unsigned x) { return x * 2; }
__attribute__((noinline)) static unsigned thrice(unsigned x) { return x * 3; }
static op volatile ops[2] = {twice, thrice};
__attribute__((noinline)) static unsigned tail_through_pointer(unsigned i) { return ops[i & 1](i); }
__attribute__((noinline)) static unsigned tail_direct(unsigned i) {
  if (i & 4) return twice(i);
  return thrice(i + 1);
}
__attribute__((noinline)) static unsigned recursive(unsigned n) {
  return n < 2 ? 1 : recursive(n - 1) + recursive(n - 2);
}
static jmp_buf back;
__attribute__((noinline, cold)) static void fail(int how) { longjmp(back, how); }
__attribute__((noinline)) static int may_fail(int x) {
  if (x == 3) fail(7);
  return x;
}
static volatile sig_atomic_t alarms;
static void on_signal(int number) { alarms += number; }

int main(int argc, char** argv) {
  unsigned sum = 0;
  signal(SIGUSR1, on_signal);
  for (unsigned i = 0; i < 40; ++i)
    sum += dense(i % 12, i) + tail_through_pointer(i) + tail_direct(i);
  for (int i = 0; i < argc; ++i) sum += nested((const unsigned char*)argv[i], strlen(argv[i]));
  unsigned char noise[4096];
  for (size_t i = 0; i < sizeof noise; ++i) noise[i] = (unsigned char)(i * 2654435761u >> 13);
  sum += nested(noise, sizeof noise);
  const unsigned char code[] = {0, 5, 2, 1, 3, 4, 5};
  sum += interpret(code) + recursive(12);
  for (int i = 0; i < 5; ++i) {
    const int how = setjmp(back);
    if (how == 0) sum += (unsigned)may_fail(i);
    raise(SIGUSR1);
  }
  printf("%u %d\n", sum, (int)alarms);
  if (sum == 1) abort();
  exit(0);
}

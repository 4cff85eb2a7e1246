/* Three quarters of its time in hot(), the rest in warm(); argv[1] repeats. */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile unsigned long sink;
__attribute__((noinline)) void hot(void) {
  for (unsigned long i = 0; i < 3000000; ++i) sink = i;
}
__attribute__((noinline)) void warm(void) {
  for (unsigned long i = 0; i < 1000000; ++i) sink = i;
}

int main(int argc, char** argv) {
  int times = argc > 1 ? atoi(argv[1]) : 100;
  int in_child = argc > 2;
  pid_t child = in_child ? fork() : 0;
  if (child == 0)
    for (int i = 0; i < times; ++i) {
      hot();
      warm();
    }
  if (in_child && child == 0) _exit(0);
  if (in_child) wait(NULL);
  return 0;
}

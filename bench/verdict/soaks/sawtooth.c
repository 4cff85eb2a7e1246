/* Fills two megabytes and gives them back, again and again: no leak. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int main(void) {
  enum { TOOTH = 2 << 20, STEP = 32 << 10 };
  for (long turn = 1;; turn++) {
    char* const tooth =
        mmap(NULL, TOOTH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (tooth == MAP_FAILED) return 1;
    for (long at = 0; at < TOOTH; at += STEP) {
      memset(tooth + at, 1, STEP);
      usleep(23000 + turn % 5 * 1000);
    }
    munmap(tooth, TOOTH);
    printf("done %ld\n", turn);
    fflush(stdout);
  }
}

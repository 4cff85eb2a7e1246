/* Loses 10 KB a minute: 1,000 bytes every six seconds, in small allocations. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(void) {
  for (long turn = 1;; turn++) {
    /* With what malloc keeps of it, 34 bytes are 48. */
    char* const lost = malloc(34);
    if (lost == NULL) return 1;
    memset(lost, 1, 34);
    char* const used = malloc(500 + turn % 7 * 100);
    if (used == NULL) return 1;
    memset(used, 2, 500);
    free(used);
    printf("done %ld\n", turn);
    fflush(stdout);
    usleep(281250);
  }
}

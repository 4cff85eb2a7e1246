/* Keeps a byte of each operation: a thousand operations a second. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(void) {
  enum { ROOM = 64 << 20 };
  char* const kept = malloc(ROOM);
  for (long operation = 0; kept != NULL && operation < ROOM;) {
    for (int i = 0; i < 20; i++) kept[operation++] = 1;
    printf("done %ld\n", operation);
    fflush(stdout);
    usleep(20000);
  }
  return 0;
}

/* Says at the end how often the counted function was called. */
#include <stdio.h>

unsigned long injected_calls;

__attribute__((destructor)) static void say(void) {
  fprintf(stderr, "calls %lu\n", injected_calls);
}

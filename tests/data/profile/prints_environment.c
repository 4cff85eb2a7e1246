/* Prints its arguments but the first, and its environment. */
#include <stdio.h>

extern char** environ;

int main(int count, char** arguments) {
  for (int i = 1; i < count; ++i) printf("%s\n", arguments[i]);
  for (char** item = environ; *item != NULL; ++item) printf("%s\n", *item);
  return 0;
}

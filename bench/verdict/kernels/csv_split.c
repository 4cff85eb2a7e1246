/* Splits lines into fields, some of them quoted. */
#include "kernel.h"

enum { SIZE = 40000 };
static char text[SIZE + 64];

void prepare(void) {
  uint32_t state = 37;
  char* out = text;
  while (out < text + SIZE - 40) {
    const int quoted = next_random(&state) % 5 == 0;
    if (quoted) *out++ = '"';
    for (uint32_t i = next_random(&state) % 12; i > 0; i--)
      *out++ =
          quoted && next_random(&state) % 9 == 0 ? ',' : (char)('a' + next_random(&state) % 26);
    if (quoted) *out++ = '"';
    *out++ = next_random(&state) % 7 == 0 ? '\n' : ',';
  }
  *out++ = '\n';
}

uint64_t hot(uint32_t pass) {
  uint64_t sum = pass, fields = 0, length = 0;
  int quoted = 0;
  for (const char* c = text; *c != 0; c++) {
    if (*c == '"') {
      if (!quoted && length != 0) refuse("quote within a field", fields);
      quoted = !quoted;
    } else if (!quoted && (*c == ',' || *c == '\n')) {
      fields++;
      sum = sum * 5 + length;
      length = 0;
    } else {
      if (*c == '\r') refuse("carriage return", fields);
      length++;
    }
  }
  if (quoted) refuse("quote without end", fields);
  return sum + fields;
}

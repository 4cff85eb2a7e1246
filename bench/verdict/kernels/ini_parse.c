/* Reads sections, keys and values. */
#include "kernel.h"

enum { SIZE = 24000 };
static char text[SIZE + 64];

void prepare(void) {
  uint32_t state = 31;
  char* out = text;
  while (out < text + SIZE - 40) {
    const uint32_t kind = next_random(&state) % 8;
    if (kind == 0) *out++ = '[';
    if (kind == 1) *out++ = ';';
    for (uint32_t i = 3 + next_random(&state) % 8; i > 0; i--)
      *out++ = (char)('a' + next_random(&state) % 26);
    if (kind == 0) *out++ = ']';
    if (kind > 1) {
      *out++ = ' ';
      *out++ = '=';
      for (uint32_t i = 1 + next_random(&state) % 9; i > 0; i--)
        *out++ = (char)('0' + next_random(&state) % 10);
    }
    *out++ = '\n';
  }
}

uint64_t hot(uint32_t pass) {
  uint64_t sum = pass;
  uint32_t sections = 0, keys = 0, line = 1;
  for (const char* c = text; *c != 0; line++) {
    while (*c == ' ' || *c == '\t') c++;
    if (*c == ';' || *c == '#') {
      while (*c != 0 && *c != '\n') c++;
    } else if (*c == '[') {
      uint32_t name = 0;
      for (c++; *c != ']'; c++) {
        if (*c == '\n' || *c == 0) refuse("section without end, line", line);
        name = name * 33 + (uint8_t)*c;
      }
      c++;
      sections++;
      sum ^= name;
    } else if (*c != '\n') {
      uint32_t key = pass, value = 0;
      while (*c >= 'a' && *c <= 'z') key = key * 31 + (uint8_t)*c++;
      while (*c == ' ') c++;
      if (*c != '=') refuse("no value, line", line);
      for (c++; *c == ' '; c++) {
      }
      while (*c >= '0' && *c <= '9') value = value * 10 + (uint32_t)(*c++ - '0');
      keys++;
      sum += key * (uint64_t)value;
    }
    if (*c == '\n')
      c++;
    else if (*c != 0)
      refuse("something after the value, line", line);
  }
  return sum + keys * 7 + sections;
}

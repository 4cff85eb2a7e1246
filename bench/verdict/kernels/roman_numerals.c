/* Numbers to Roman numerals and back. */
#include "kernel.h"

static const struct {
  uint16_t value;
  char text[3];
} sign[13] = {{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"},
              {40, "XL"},  {10, "X"},   {9, "IX"},  {5, "V"},    {4, "IV"},  {1, "I"}};

void prepare(void) {}

static int worth(char c) {
  switch (c) {
    case 'M': return 1000;
    case 'D': return 500;
    case 'C': return 100;
    case 'L': return 50;
    case 'X': return 10;
    case 'V': return 5;
    case 'I': return 1;
    default: refuse("no numeral", (uint64_t)c);
  }
}

uint64_t hot(uint32_t pass) {
  uint64_t sum = 0;
  for (uint32_t number = 1 + pass % 7; number < 4000; number += 7) {
    char text[20];
    char* out = text;
    uint32_t left = number;
    for (int i = 0; i < 13; i++)
      while (left >= sign[i].value) {
        *out++ = sign[i].text[0];
        if (sign[i].text[1]) *out++ = sign[i].text[1];
        left -= sign[i].value;
      }
    *out = 0;
    int back = 0;
    for (const char* c = text; *c; c++) {
      const int here = worth(*c);
      back += c[1] != 0 && worth(c[1]) > here ? -here : here;
    }
    if ((uint32_t)back != number) refuse("came back wrong", number);
    sum += (uint64_t)(out - text);
  }
  return sum;
}

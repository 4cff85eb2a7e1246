/* Walks words down a trie. */
#include "kernel.h"

namespace {
struct Node {
  uint16_t next[26];
  uint32_t words;
};
constexpr int kWords = 1500;
Node nodes[12000];
uint16_t used = 1;
char text[kWords * 9];
}  // namespace

void prepare(void) {
  uint32_t state = 29;
  char* out = text;
  for (int w = 0; w < kWords; w++) {
    uint16_t at = 0;
    const uint32_t length = 3 + next_random(&state) % 6;
    for (uint32_t i = 0; i < length; i++) {
      const int letter = static_cast<int>(next_random(&state) % (i == 0 ? 26 : 5));
      *out++ = static_cast<char>('a' + letter);
      if (nodes[at].next[letter] == 0) nodes[at].next[letter] = used++;
      at = nodes[at].next[letter];
    }
    nodes[at].words++;
    *out++ = ' ';
  }
}

uint64_t hot(uint32_t pass) {
  uint64_t sum = pass;
  uint16_t at = 0;
  for (const char* c = text; *c != 0; c++) {
    if (*c == ' ') {
      if (nodes[at].words == 0) refuse("no such word", at);
      sum += nodes[at].words * (at ^ pass);
      at = 0;
      continue;
    }
    if (*c < 'a' || *c > 'z') refuse("no letter", static_cast<uint64_t>(*c));
    at = nodes[at].next[*c - 'a'];
    if (at == 0) refuse("fell off", sum);
  }
  return sum;
}

// Compiled by tests/e2e/diff_layout_test.py: names at the ends of sections, and strings too
// short to be told from numbers by themselves.
extern char etext[], edata[], end[], __bss_start[];

extern int table[8];
int counts[64];

__attribute__((noinline)) const char* pick(int n) {
  if (n & 1) return "%s";
  return n & 2 ? "" : n & 4 ? "a longer %s" : ": ";
}

__attribute__((noinline)) long span(void) { return (__bss_start - edata) + (end - etext); }

__attribute__((noinline)) long clear(void) {
  for (char* p = __bss_start; p < end; p++)
    if (*p) return p - end;
  return counts[0] + table[3];
}

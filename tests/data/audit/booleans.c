// Outcomes of comparisons that are made numbers. Each function is one case of cases.txt. The asm
// statements do nothing; a compiler has to believe that they may.
#include <stddef.h>
#include <stdint.h>

#define CASE __attribute__((noinline))
#define OPAQUE(x) __asm__("" : "+r"(x))

uint32_t kept;

// --- only tested ---

CASE size_t count_below(const int* values, size_t n, int limit) {
  size_t found = 0;
  for (size_t i = 0; i < n; i++) {
    int below = values[i] < limit;
    OPAQUE(below);
    if (below) kept += (uint32_t)values[i];
    found += (size_t)(uint8_t)values[i];
  }
  return found;
}

CASE int first_of_byte(const uint8_t* text, size_t n, uint8_t wanted) {
  for (size_t i = 0; i < n; i++) {
    uint8_t is = text[i] == wanted;
    OPAQUE(is);
    if (is) return (int)i;
  }
  return -1;
}

CASE double sum_above(const double* values, size_t n, double least) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) {
    int above = values[i] > least;
    OPAQUE(above);
    if (above) sum += values[i];
  }
  return sum;
}

// --- real work, or no defect ---

CASE size_t branch_on_comparison(const int* values, size_t n, int limit) {
  size_t found = 0;
  for (size_t i = 0; i < n; i++) {
    if (values[i] < limit) kept += (uint32_t)values[i];
    found += (size_t)(uint8_t)values[i];
  }
  return found;
}

CASE void stored_too(uint8_t* marks, const int* values, size_t n, int limit) {
  for (size_t i = 0; i < n; i++) {
    int below = values[i] < limit;
    OPAQUE(below);
    marks[i] = (uint8_t)below;
    if (below) kept++;
  }
}

CASE size_t counted_too(const int* values, size_t n, int limit) {
  size_t found = 0;
  for (size_t i = 0; i < n; i++) {
    int below = values[i] < limit;
    OPAQUE(below);
    if (below) kept += (uint32_t)values[i];
    found += (size_t)below;
  }
  return found;
}

CASE int is_odd_callee(int x) { return x & 1; }
CASE size_t result_of_call(const int* values, size_t n) {
  size_t found = 0;
  for (size_t i = 0; i < n; i++)
    if (is_odd_callee(values[i])) found += (size_t)values[i];
  return found;
}

CASE size_t flags_are_gone(const int* values, size_t n, int limit) {
  size_t found = 0;
  for (size_t i = 0; i < n; i++) {
    int below = values[i] < limit;
    OPAQUE(below);
    found += (size_t)(uint8_t)values[i];
    __asm__ volatile("add $1, %0" : "+r"(found) : "r"(below) : "cc");
    if (below) kept += (uint32_t)values[i];
  }
  return found;
}

CASE size_t of_two(const int* values, size_t n, int low, int high) {
  size_t found = 0;
  for (size_t i = 0; i < n; i++) {
    int within = (values[i] > low) & (values[i] < high);
    OPAQUE(within);
    if (within) kept += (uint32_t)values[i];
    found += (size_t)(uint8_t)values[i];
  }
  return found;
}

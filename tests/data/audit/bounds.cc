// Index checks of C++ in loops, and what looks like them. Each function is one
// case of cases.txt. Built with -D_GLIBCXX_ASSERTIONS.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <span>
#include <string>
#include <vector>

#define CASE extern "C" __attribute__((noinline))

// --- checked in every iteration ---

// The value of one iteration feeds the next, so the loop is not vectorised.
inline unsigned mix(unsigned state, unsigned x) { return ((state << 3) | (state >> 29)) ^ x; }

CASE void at_in_loop(std::vector<unsigned>& out, const unsigned* in, std::size_t n) {
  unsigned state = 0;
  for (std::size_t i = 0; i < n; ++i) out.at(i) = state = mix(state, in[i]);
}

CASE void asserted_subscript(std::vector<unsigned>& out, const unsigned* in, std::size_t n) {
  unsigned state = 0;
  for (std::size_t i = 0; i < n; ++i) out[i] = state = mix(state, in[i]);
}

CASE void span_subscript(std::span<unsigned> out, const unsigned* in, std::size_t n) {
  unsigned state = 0;
  for (std::size_t i = 0; i < n; ++i) out[i] = state = mix(state, in[i]);
}

// The byte store may change the string's own length and pointer.
CASE void string_subscript(std::string& text, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) text[i] = static_cast<char>(text[i] | 0x20);
}

// The index is data: the check is needed.
CASE void histogram_at(std::vector<unsigned>& counts, const unsigned* in, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) ++counts.at(in[i]);
}

// --- not checked in the loop, or not an index ---

CASE void checked_once(std::vector<unsigned>& out, const unsigned* in, std::size_t n) {
  if (n > out.size()) std::abort();
  unsigned* data = out.data();
  for (std::size_t i = 0; i < n; ++i) data[i] = in[i] * 3;
}

// clang leaves the check in the remainder of its vector loop alone.
CASE void vectorised_at(std::vector<unsigned>& out, const unsigned* in, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out.at(i) = in[i] * 3;
}

CASE unsigned map_at(const std::map<unsigned, unsigned>& table, const unsigned* in, std::size_t n) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += table.at(in[i]);
  return sum;
}

CASE void front_of_each(const std::vector<std::vector<unsigned>>& rows, unsigned* out) {
  for (const std::vector<unsigned>& row : rows) *out++ = row.front();
}

CASE void abort_in_loop(unsigned* out, const unsigned* in, std::size_t n, unsigned limit) {
  for (std::size_t i = 0; i < n; ++i) {
    if (in[i] > limit) std::abort();
    out[i] = in[i];
  }
}

CASE void push_back_in_loop(std::vector<unsigned>& out, const unsigned* in, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out.push_back(in[i]);
}

CASE unsigned at_before_loop(const std::vector<unsigned>& table, const unsigned* in, std::size_t n,
                             std::size_t which) {
  const unsigned factor = table.at(which);
  unsigned sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += (in[i] * factor) >> 3;
  return sum;
}

// No name says what the callee is for; stripped it becomes a hint.
[[noreturn]] __attribute__((noinline)) static void give_up() {
  for (volatile int i = 0;; i = 1)
    if (i == 1) __builtin_trap();
}

CASE void own_check(unsigned* out, std::size_t length, const unsigned* in, std::size_t n) {
  unsigned state = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (i >= length) give_up();
    out[i] = state = mix(state, in[i]);
  }
}

// What must be there is looked for: the call is the search's own end, and checks no index.
CASE std::size_t search_or_give_up(const unsigned* a, std::size_t n, unsigned wanted) {
  for (std::size_t i = 0; i != n; ++i)
    if (a[i] == wanted) return i;
  give_up();
}

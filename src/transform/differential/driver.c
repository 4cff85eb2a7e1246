/* Calls one function with the inputs that a seed draws, each in a process of its own, and says
 * what came of each: the part of differential testing that is the same for every function.
 *
 *     driver SEED INPUTS  ->  a line an input: "apart done 6f1c9a...", "same failed 0"
 *
 * Linked with a file that asmforge writes around the source (differential.cc): asmforge_call
 * and the kinds of the function's parameters. Pointers lead into one arena at a fixed address,
 * apart from each other, overlapping by some elements, or all to the same place. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

void asmforge_call(unsigned char** pointers, const long long* integers, const double* floats,
                   unsigned char* result);
extern const int asmforge_parameters;
extern const char asmforge_kinds[];     /* 'p', 'i' or 'f' of each */
extern const unsigned asmforge_sizes[]; /* bytes, of what a pointer points at */

enum { kArena = 1 << 16, kMost = 16, kResult = 16 };
enum relation { kApart, kOverlapping, kSame };
static const char* const kRelations[] = {"apart", "overlapping", "same"};

/* What a child leaves behind. */
struct outcome {
  int done;
  uint64_t hash;
};

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t state;
static uint64_t draw(void) {
  uint64_t z = (state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/* FNV-1a. */
static uint64_t hash_of(uint64_t hash, const unsigned char* bytes, size_t size) {
  for (size_t i = 0; i < size; ++i) hash = (hash ^ bytes[i]) * 0x100000001b3u;
  return hash;
}

static void fill(unsigned char* arena, unsigned way, unsigned size) {
  for (size_t i = 0; i < kArena; ++i) arena[i] = (unsigned char)(way == 1 ? draw() % 4 : draw());
  if (way != 2) return;
  /* Numbers that a computation can be about: most random bytes are none. */
  for (size_t i = 0; i + size <= kArena; i += size) {
    const double number = (double)(int64_t)(draw() % 4096) / 256 - 8;
    const float narrow = (float)number;
    if (size == sizeof number) memcpy(arena + i, &number, sizeof number);
    if (size == sizeof narrow) memcpy(arena + i, &narrow, sizeof narrow);
  }
}

static long long an_integer(void) {
  static const long long kUsual[] = {0,  1,  2,  3,  4,  7,  8,  9,  15,
                                     16, 17, 31, 32, 33, 63, 64, 65, 100};
  if (draw() % 8 == 0) return (long long)(draw() % 256);
  return kUsual[draw() % (sizeof kUsual / sizeof *kUsual)];
}

static double a_float(void) {
  static const double kUsual[] = {0, 1, -1, 0.5, 3.25, 1e-3, -17, 1e6};
  return kUsual[draw() % (sizeof kUsual / sizeof *kUsual)];
}

static void call(unsigned char* arena, enum relation relation, unsigned way,
                 struct outcome* outcome) {
  unsigned char* pointers[kMost];
  long long integers[kMost];
  double floats[kMost];
  unsigned char result[kResult] = {0};
  unsigned pointed_at = 8;
  int count = 0;
  for (int i = 0; i < asmforge_parameters; ++i)
    if (asmforge_kinds[i] == 'p') {
      if (count++ == 0) pointed_at = asmforge_sizes[i];
    }
  fill(arena, way, pointed_at);
  const long stride = kArena / (count + 1) / 64 * 64;
  for (int i = 0, k = 0; i < asmforge_parameters; ++i) {
    const long size = (long)asmforge_sizes[i];
    integers[i] = an_integer();
    floats[i] = a_float();
    const long elements = (long)(draw() % 33) - 16;
    const long shift = (long)(draw() % 4);
    if (asmforge_kinds[i] != 'p') continue;
    pointers[i] = relation == kApart         ? arena + stride * k + shift * size
                  : relation == kOverlapping ? arena + kArena / 4 + elements * size
                                             : arena + kArena / 4;
    ++k;
  }
  asmforge_call(pointers, integers, floats, result);
  uint64_t hash = hash_of(0xcbf29ce484222325u, arena, kArena);
  outcome->hash = hash_of(hash, result, sizeof result);
  outcome->done = 1;
}

/* Nothing that the function prints, and no more than it may take. */
static void hem_in(void) {
  const int nowhere = open("/dev/null", O_RDWR);
  for (int i = 0; i < 3; ++i) dup2(nowhere, i);
  const struct rlimit second = {1, 1};
  const struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CPU, &second);
  setrlimit(RLIMIT_CORE, &none);
  setrlimit(RLIMIT_FSIZE, &none);
  alarm(2);
}

int main(int count, char** words) {
  if (count != 3 || asmforge_parameters > kMost) return 2;
  const uint64_t seed = strtoull(words[1], NULL, 10);
  const long inputs = strtol(words[2], NULL, 10);
  /* Where neither programs nor sanitizers have anything; with room that faults around it. */
  unsigned char* arena = mmap((void*)0x300000000000, kArena, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  struct outcome* outcome =
      mmap(NULL, sizeof *outcome, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (arena == MAP_FAILED || outcome == MAP_FAILED) return 3;
  for (long i = 0; i < inputs; ++i) {
    const enum relation relation = (enum relation)(i % 3);
    state = seed * 0x9e3779b97f4a7c15u + (uint64_t)i * 0xd1342543de82ef95u;
    *outcome = (struct outcome){0, 0};
    fflush(stdout);
    const pid_t child = fork();
    if (child < 0) return 3;
    if (child == 0) {
      hem_in();
      call(arena, relation, (unsigned)(i / 3 % 3), outcome);
      _exit(0);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0) continue;
    const int done = outcome->done && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    printf("%s %s %016" PRIx64 "\n", kRelations[relation], done ? "done" : "failed",
           done ? outcome->hash : 0);
  }
  return fflush(stdout) == 0 ? 0 : 3;
}

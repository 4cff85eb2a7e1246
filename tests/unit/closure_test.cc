// Two programs are the same only when all that is loaded is.
#include "verdict/closure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <random>

#include "../support/rates.h"
#include "elf_test_support.h"
#include "verdict/loaded_file.h"

namespace asmforge {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kProgram = R"(
#include <stdio.h>
#include <stdlib.h>
static int table[4] = {1, 2, 3, 4};
#ifdef __PIE__
const char *names[] = {"alpha", "beta", "gamma"};
#define NAME(i) names[(i) % 3]
#else  // a fixed program's data must hold no addresses
#define NAME(i) ((i) % 2 ? "beta" : "alpha")
#endif
static const double weights[] = {1.5, 2.5, 3.5};
__attribute__((noinline)) int first(int x) { return x * 3 + table[x & 3]; }
__attribute__((noinline)) int second(int x) { return first(x) + 7; }
__attribute__((noinline)) int third(int x) { return first(x) + 9; }
__attribute__((noinline)) int choose(int x) {
  switch (x) {
    case 0: return first(2);
    case 1: return second(3);
    case 2: puts("two"); return 9;
    case 3: return 77;
    case 4: puts("four"); return 5;
    case 5: return second(8) * first(3);
  }
  return -1;
}
__attribute__((noinline, noreturn)) void die(const char *s) { puts(s); exit(1); }
__attribute__((constructor)) void begin_one(void) { table[0] += 1; }
__attribute__((constructor)) void begin_two(void) { table[0] *= 2; }
int main(int c, char **v) {
  (void)v;
  if (c > 9) die(NAME(c));
  printf("%d %d %f\n", choose(c) + second(c), third(c), weights[c % 3]);
  return 0;
}
)";

// The same with names that only this file knows, in the order of an unlucky sort.
std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

// Compiles a source once for each set of flags, however often it is linked.
class Programs {
 public:
  std::string build(const std::string& name, std::string_view source,
                    std::vector<std::string> flags, const std::string& compiler = "clang-19",
                    const std::vector<std::string>& link_flags = {}) {
    const std::string object = compile(source, flags, compiler);
    // gcc looks for a program called ld.lld, and Debian's has a number: clang links.
    const bool cxx = compiler.find("++") != std::string::npos;
    std::vector<std::string> link = {cxx ? "clang++-19" : "clang-19", "-fuse-ld=lld",
                                     "-Wno-unused-command-line-argument"};
    link.insert(link.end(), flags.begin(), flags.end());
    link.insert(link.end(), link_flags.begin(), link_flags.end());
    link.insert(link.end(), {object, "-o", name});
    scratch_.run(link);
    return scratch_.path(name);
  }
  [[nodiscard]] const elf_test::Scratch& scratch() const { return scratch_; }

 private:
  std::string compile(std::string_view source, const std::vector<std::string>& flags,
                      const std::string& compiler) {
    const std::string key = compiler + shell_quoted(flags) + std::string(source);
    const auto [object, fresh] =
        objects_.try_emplace(key, "object" + std::to_string(objects_.size()) + ".o");
    if (!fresh) return object->second;
    const std::string input = compiler.find("++") != std::string::npos ? "input.cc" : "input.c";
    scratch_.write(input, source);
    std::vector<std::string> argv = {compiler, "-O2", "-ffunction-sections"};
    argv.insert(argv.end(), flags.begin(), flags.end());
    argv.insert(argv.end(), {"-c", input, "-o", object->second});
    scratch_.run(argv);
    return object->second;
  }

  elf_test::Scratch scratch_;
  std::map<std::string, std::string> objects_;
};

const std::vector<std::string> kPie = {"-fPIE", "-pie"};
const std::vector<std::string> kFixed = {"-fno-pie", "-no-pie"};

std::vector<std::string> with(std::vector<std::string> flags, std::vector<std::string> more) {
  flags.insert(flags.end(), more.begin(), more.end());
  return flags;
}

std::vector<std::string> shuffled(int seed) {
  return {"-Wl,--shuffle-sections=.text*=" + std::to_string(seed)};
}

ClosureAnswer compared(const std::string& before, const std::string& after) {
  const Result<ClosureAnswer> answer = compare_closures(before, after);
  EXPECT_TRUE(answer.has_value()) << answer.error().what;
  return answer.has_value() ? *answer : ClosureAnswer{};
}

void expect_closure(const std::string& before, const std::string& after, Closure expected,
                    int line) {
  const ClosureAnswer answer = compared(before, after);
  EXPECT_EQ(to_string(answer.closure), to_string(expected))
      << "line " << line << ": " << answer.detail;
  EXPECT_FALSE(answer.detail.empty());
}
#define EXPECT_CLOSURE(before, after, expected) \
  expect_closure(before, after, Closure::expected, __LINE__)

TEST(Closure, ACopyIsIdentical) {
  Programs programs;
  const std::string a = programs.build("a", kProgram, kPie);
  std::filesystem::copy_file(a, programs.scratch().path("copy"));
  EXPECT_CLOSURE(a, programs.scratch().path("copy"), kIdentical);
}

TEST(Closure, WhatIsNeverLoadedDoesNotCount) {
  Programs programs;
  const std::string a = programs.build("a", kProgram, kPie, "clang-19", {"-Wl,--build-id=sha1"});
  const std::string debug =
      programs.build("debug", kProgram, with(kPie, {"-g"}), "clang-19", {"-Wl,--build-id=sha1"});
  EXPECT_NE(elf_test::open_one(a).build_id, elf_test::open_one(debug).build_id);
  programs.scratch().run({"strip", "-o", "stripped", "debug"});
  EXPECT_CLOSURE(a, debug, kIdentical);
  EXPECT_CLOSURE(a, programs.scratch().path("stripped"), kIdentical);
  programs.scratch().run({"objcopy", "--remove-section=.comment", "a", "quiet"});
  EXPECT_CLOSURE(a, programs.scratch().path("quiet"), kIdentical);
}

TEST(Closure, SectionsNobodyKnowsAndAppendedBytesCount) {
  Programs programs;
  const std::string a = programs.build("a", kProgram, kPie);
  programs.scratch().write("payload", "read by the program itself");
  programs.scratch().run({"objcopy", "--add-section", ".payload=payload", "a", "more"});
  EXPECT_CLOSURE(a, programs.scratch().path("more"), kDiffers);
  std::filesystem::copy_file(a, programs.scratch().path("appended"));
  std::ofstream(programs.scratch().path("appended"), std::ios::app) << "archive";
  EXPECT_CLOSURE(a, programs.scratch().path("appended"), kDiffers);
}

struct Linking {
  std::string name;
  std::string compiler;
  std::vector<std::string> flags;
};

class Relinked : public ::testing::TestWithParam<Linking> {};

TEST_P(Relinked, ShuffledCodeIsPlacement) {
  Programs programs;
  const Linking& how = GetParam();
  const std::string a = programs.build("a", kProgram, how.flags, how.compiler);
  int moved = 0;
  for (int seed = 1; seed <= 6; ++seed) {
    const std::string name = "shuffled" + std::to_string(seed);
    const std::string b = programs.build(name, kProgram, how.flags, how.compiler, shuffled(seed));
    const ClosureAnswer answer = compared(a, b);
    EXPECT_EQ(answer.closure, Closure::kPlacement) << answer.detail;
    EXPECT_THAT(answer.detail, HasSubstr("lie elsewhere"));
    moved += answer.closure == Closure::kPlacement ? 1 : 0;
    programs.scratch().run({"strip", "-o", name + ".stripped", name});
    EXPECT_CLOSURE(a, b + ".stripped", kPlacement);
  }
  EXPECT_EQ(moved, 6);
}

TEST_P(Relinked, AChangeInShuffledCodeIsNoPlacement) {
  Programs programs;
  const Linking& how = GetParam();
  const std::string a = programs.build("a", kProgram, how.flags, how.compiler);
  const auto changed = [&](const std::string& from, const std::string& to) {
    return programs.build("changed", replaced(std::string(kProgram), from, to), how.flags,
                          how.compiler, shuffled(3));
  };
  EXPECT_CLOSURE(a, changed("{1, 2, 3, 4}", "{1, 2, 3, 5}"), kDiffers);  // a word of .data
  EXPECT_CLOSURE(a, changed("2.5, 3.5", "2.5, 3.25"), kDiffers);         // of .rodata
  EXPECT_CLOSURE(a, changed("\"four\"", "\"fore\""), kDiffers);          // a string
  EXPECT_CLOSURE(a, changed("+ 9; }", "+ 11; }"), kDiffers);             // an immediate
  EXPECT_CLOSURE(a, changed("case 1: return second(3)", "case 1: return third(3)"),
                 kDiffers);  // a call's target
  EXPECT_CLOSURE(a, changed("third(c), weights", "second(c), weights"), kDiffers);
  EXPECT_CLOSURE(a,
                 changed("return first(x) + 9", "__asm__ volatile(\"nop\"); return first(x) + 9"),
                 kDiffers);  // a nop more
  EXPECT_CLOSURE(a, changed("#ifdef __PIE__", "#define unused 1\n#ifdef __PIE__"), kPlacement);
}

INSTANTIATE_TEST_SUITE_P(All, Relinked,
                         ::testing::Values(Linking{"ClangPie", "clang-19", kPie},
                                           Linking{"ClangFixed", "clang-19", kFixed},
                                           Linking{"GccPie", "gcc", kPie},
                                           Linking{"GccFixed", "gcc", kFixed}),
                         [](const auto& info) { return info.param.name; });

TEST(Closure, OneWordOfDataIsNotTheSame) {
  constexpr std::string_view kHot = R"(
#include <stdio.h>
unsigned stride = STRIDE;
unsigned char buf[1 << 20];
__attribute__((noinline)) unsigned hot(unsigned n) {
  unsigned s = 0, j = 0;
  for (unsigned i = 0; i < n; i++) { s += buf[j & ((1 << 20) - 1)]; j += stride; }
  return s;
}
int main(void) { printf("%u\n", hot(30000000)); return 0; }
)";
  Programs programs;
  for (const auto& flags : {kPie, kFixed}) {
    const std::string a = programs.build("a", kHot, with(flags, {"-DSTRIDE=1"}));
    const std::string b = programs.build("b", kHot, with(flags, {"-DSTRIDE=4096"}));
    const ClosureAnswer answer = compared(a, b);
    EXPECT_EQ(answer.closure, Closure::kDiffers);
    EXPECT_THAT(answer.detail, HasSubstr(".data"));
  }
}

TEST(Closure, AddressesInDataNeedRelocations) {
  constexpr std::string_view kPointers = R"(
#include <stdio.h>
const char *names[] = {"alpha", FIRST, "gamma"};
static int triple(int x) { return x * 3; }
static int twice(int x) { return x * 2; }
int (*volatile pick)(int) = triple;
int main(int c, char **v) { (void)v; return puts(names[c % 3]) + pick(c) + twice(c); }
)";
  Programs programs;
  const auto beta = [](const std::vector<std::string>& flags) {
    return with(flags, {"-DFIRST=\"beta\""});
  };
  const std::string pie = programs.build("pie", kPointers, beta(kPie));
  EXPECT_CLOSURE(pie, programs.build("b", kPointers, beta(kPie), "clang-19", shuffled(1)),
                 kPlacement);
  EXPECT_CLOSURE(
      pie,
      programs.build("c", kPointers, with(kPie, {"-DFIRST=\"beat\""}), "clang-19", shuffled(1)),
      kDiffers);
  const std::string fixed = programs.build("fixed", kPointers, beta(kFixed));
  EXPECT_THAT(
      compared(fixed, programs.build("d", kPointers, beta(kFixed), "clang-19", shuffled(1))).detail,
      HasSubstr(".data"));
}

// clang makes a table of distances of such a switch, each from the table to a string.
TEST(Closure, TablesOfStrings) {
  const std::string source = R"(
#include <stdio.h>
__attribute__((noinline)) const char *suit(int x) {
  switch (x) {
    case 0: return "clubs";
    case 1: return "diamonds";
    case 2: return "hearts";
    case 3: return "spades";
    case 4: return "jokers";
  }
  return "";
}
int main(int c, char **v) { (void)v; return puts(suit(c)); }
)";
  Programs programs;
  const std::string a = programs.build("a", source, kPie);
  for (int seed = 1; seed <= 3; ++seed)
    EXPECT_CLOSURE(a, programs.build("b", source, kPie, "clang-19", shuffled(seed)), kPlacement);
  const std::string swapped = replaced(source, "\"hearts\";\n    case 3: return \"spades\"",
                                       "\"spades\";\n    case 3: return \"hearts\"");
  EXPECT_CLOSURE(a, programs.build("c", swapped, kPie, "clang-19", shuffled(1)), kDiffers);
}

TEST(Closure, TwoCallTargetsSwapped) {
  // Both functions have the same shape, so only where the calls lead tells.
  constexpr std::string_view kCalls = R"(
int counter;
__attribute__((noinline)) void up(void) { counter += 1; }
__attribute__((noinline)) void down(void) { counter -= 1; }
int main(void) { FIRST(); FIRST(); SECOND(); return counter; }
)";
  Programs programs;
  for (const auto& flags : {kPie, kFixed}) {
    const std::string a = programs.build("a", kCalls, with(flags, {"-DFIRST=up", "-DSECOND=down"}));
    const std::string b = programs.build("b", kCalls, with(flags, {"-DFIRST=down", "-DSECOND=up"}));
    EXPECT_CLOSURE(a, b, kDiffers);
    programs.scratch().run({"strip", "a"});
    programs.scratch().run({"strip", "b"});
    EXPECT_CLOSURE(a, b, kDiffers);
  }
}

TEST(Closure, TheOrderOfConstructorsCounts) {
  Programs programs;
  const auto ordered = [](const std::string& one, const std::string& two) {
    return replaced(replaced(std::string(kProgram), "(constructor)) void begin_one",
                             "(constructor(" + one + "))) void begin_one"),
                    "(constructor)) void begin_two", "(constructor(" + two + "))) void begin_two");
  };
  for (const auto& flags : {kPie, kFixed}) {
    const std::string a = programs.build("a", ordered("201", "202"), flags);
    EXPECT_CLOSURE(a, programs.build("b", ordered("202", "201"), flags), kDiffers);
    EXPECT_CLOSURE(a, programs.build("c", ordered("203", "204"), flags), kIdentical);
  }
}

TEST(Closure, NeededLibrariesAndTheirSearchPathsCount) {
  Programs programs;
  const std::string a = programs.build("a", kProgram, kPie);
  EXPECT_THAT(
      compared(a, programs.build("math", kProgram, with(kPie, {"-Wl,--no-as-needed", "-lm"})))
          .detail,
      HasSubstr("libm.so"));
  const std::string path =
      programs.build("path", kProgram, kPie, "clang-19", {"-Wl,-rpath,/opt/other"});
  EXPECT_CLOSURE(a, path, kDiffers);
  // Beside itself is another place for a copy elsewhere.
  const std::string beside =
      programs.build("beside", kProgram, kPie, "clang-19", {"-Wl,-rpath,$ORIGIN"});
  std::filesystem::create_directory(programs.scratch().path("elsewhere"));
  const std::string copy = programs.scratch().path("elsewhere/beside");
  std::filesystem::copy_file(beside, copy);
  EXPECT_THAT(compared(beside, copy).detail, HasSubstr("$ORIGIN"));
  EXPECT_CLOSURE(beside, beside, kIdentical);
}

TEST(Closure, CxxWithExceptionsAndTables) {
  constexpr std::string_view kCxx = R"(
#include <cstdio>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>
struct Base { virtual ~Base() = default; virtual int value(int x) const = 0; };
struct One : Base { int value(int x) const override { if (x > 3) throw std::out_of_range("x"); return x; } };
struct Two : Base { std::string s = "two"; int value(int x) const override { return (int)s.size() * x; } };
__attribute__((noinline)) int guarded(const Base& b, int x) {
  try { return b.value(x); } catch (const std::out_of_range& e) { return (int)std::string(e.what()).size(); }
  catch (const std::exception&) { return -1; }
}
int main(int c, char**) {
  std::map<std::string, int> counts;
  for (int i = 0; i < 10; ++i) counts[std::to_string(i % c)] += guarded(One(), i) + guarded(Two(), i);
  for (const auto& [k, v] : counts) std::printf("%s %d\n", k.c_str(), v);
}
)";
  Programs programs;
  for (const std::string compiler : {"clang++-19", "g++"}) {
    const std::string a = programs.build("a", kCxx, kPie, compiler);
    for (int seed = 1; seed <= 3; ++seed)
      EXPECT_CLOSURE(a, programs.build("b", kCxx, kPie, compiler, shuffled(seed)), kPlacement);
    const std::string changed =
        replaced(std::string(kCxx), "const std::exception&", "const std::logic_error&");
    EXPECT_CLOSURE(a, programs.build("c", changed, kPie, compiler), kDiffers);
    // A fixed program's virtual tables hold addresses that nothing says are such.
    const std::string fixed = programs.build("d", kCxx, kFixed, compiler);
    EXPECT_CLOSURE(fixed, programs.build("e", kCxx, kFixed, compiler, shuffled(1)), kDiffers);
  }
}

TEST(Closure, WhatIsNoProgram) {
  const elf_test::Scratch scratch;
  const std::string a = scratch.write("a", "#!/bin/sh\necho 1\n");
  const std::string b = scratch.write("b", "#!/bin/sh\necho 2\n");
  EXPECT_CLOSURE(a, a, kIdentical);
  EXPECT_CLOSURE(a, b, kDiffers);
  EXPECT_FALSE(compare_closures(a, scratch.path("none")).has_value());
}

// Any byte that is loaded, but for the build id and the place of the section table.
TEST(ClosureProperty, NoFlippedByteIsTheSame) {
  Programs programs;
  std::mt19937_64 random(20260101);
  for (const bool pie : {true, false}) {
    const auto& flags = pie ? kPie : kFixed;
    const std::string a = programs.build("a", kProgram, flags, "clang-19", {"-Wl,--build-id=sha1"});
    const std::string b = programs.build("b", kProgram, flags, "clang-19",
                                         with(shuffled(2), {"-Wl,--build-id=sha1"}));
    ASSERT_EQ(compared(a, b).closure, Closure::kPlacement);
    for (const std::string& base : {a, b}) {
      const std::vector<std::uint8_t> bytes = elf_test::read_bytes(base);
      const ElfFile elf = *ElfFile::parse(bytes);
      std::vector<std::uint64_t> loaded;
      const auto build_id = build_id_ranges(elf);
      for (const ElfSection& section : elf.sections) {
        if (!section.has_flag(SHF_ALLOC) || section.header.sh_type == SHT_NOBITS) continue;
        for (std::uint64_t i = 0; i < section.header.sh_size; ++i) {
          const std::uint64_t offset = section.header.sh_offset + i;
          const bool id = std::ranges::any_of(build_id, [&](const FileRange& range) {
            return offset >= range.begin && offset < range.end;
          });
          if (!id) loaded.push_back(offset);
        }
      }
      std::uint64_t same = 0;
      const int trials = testing_support::kSanitized ? 100 : 1000;
      for (int trial = 0; trial < trials; ++trial) {
        std::vector<std::uint8_t> flipped = bytes;
        const std::uint64_t offset = loaded[random() % loaded.size()];
        flipped[offset] ^= static_cast<std::uint8_t>(1 + random() % 255);
        const std::string path = programs.scratch().write(
            "flipped", {reinterpret_cast<const char*>(flipped.data()), flipped.size()});
        const Result<ClosureAnswer> answer = compare_closures(a, path);
        if (answer.has_value() && answer->closure != Closure::kDiffers) {
          ++same;
          ADD_FAILURE() << "byte " << offset << " of " << base << ": " << answer->detail;
        }
      }
      EXPECT_EQ(same, 0U);
    }
  }
}

// Headers and tables that lie: an answer or an error, never a crash.
TEST(ClosureProperty, HostileFilesAreAnswered) {
  Programs programs;
  std::mt19937_64 random(20260102);
  const std::string a = programs.build("a", kProgram, kPie);
  const std::string b = programs.build("b", kProgram, kPie, "clang-19", shuffled(2));
  const std::vector<std::uint8_t> bytes = elf_test::read_bytes(b);
  const ElfFile elf = *ElfFile::parse(bytes);
  int differing = 0;
  constexpr int kFlips = 1500;
  for (int trial = 0; trial < kFlips; ++trial) {
    std::vector<std::uint8_t> flipped = bytes;
    // Half of them in the section headers, which decide what all else is.
    const bool header = random() % 2 == 0;
    const std::uint64_t offset =
        header ? elf.header.e_shoff + random() % (elf.sections.size() * sizeof(Elf64_Shdr))
               : random() % bytes.size();
    flipped[offset] ^= static_cast<std::uint8_t>(1 + random() % 255);
    const std::string path = programs.scratch().write(
        "flipped", {reinterpret_cast<const char*>(flipped.data()), flipped.size()});
    const Result<ClosureAnswer> answer = compare_closures(a, path);
    if (!answer.has_value() || answer->closure == Closure::kDiffers) ++differing;
  }
  EXPECT_GT(differing, kFlips / 4);
}

}  // namespace
}  // namespace asmforge

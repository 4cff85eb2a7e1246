// Function discovery where symbols and tables are missing or say too much.
#include <algorithm>
#include <map>
#include <optional>

#include "elf_test_support.h"

namespace asmforge {
namespace {

using elf_test::function_named;
using elf_test::open_one;
using elf_test::Scratch;

// gcc splits `checked` into a hot and a cold part; `throws` has a cold landing pad.
constexpr std::string_view kColdParts = R"(
  #include <cstdio>
  #include <cstdlib>
  #include <string>
  [[gnu::cold, gnu::noinline]] void complain(long, long);
  extern "C" [[gnu::noinline]] long checked(const long* v, long i, long n) {
    if (__builtin_expect(i >= n, 0)) { complain(i, n); complain(n, i); return v[0] * 7 + i; }
    return v[i] + n;
  }
  extern "C" [[gnu::noinline]] std::size_t throws(const char* s) {
    std::string copy(s);
    complain(copy.size(), 1);
    return copy.size() + copy.find('x');
  }
  void complain(long a, long b) { std::printf("%ld %ld\n", a, b); }
  int main(int argc, char** argv) {
    long v[4] = {1, 2, 3, argc};
    return static_cast<int>(checked(v, argc, 4) + static_cast<long>(throws(argv[0])));
  })";

class ColdParts : public testing::Test {
 protected:
  void SetUp() override {
    scratch_.write("cold.cc", kColdParts);
    scratch_.run({"g++", "-O2", "-freorder-blocks-and-partition", "cold.cc", "-o", "cold"});
    scratch_.run({"strip", "-o", "stripped", "cold"});
    named_ = open_one(scratch_.path("cold"));
    stripped_ = open_one(scratch_.path("stripped"));
  }
  Scratch scratch_;
  Binary named_;
  Binary stripped_;
};

TEST_F(ColdParts, BelongToTheFunctionThatJumpsToThem) {
  for (const std::string_view name : {"checked", "throws"}) {
    const FunctionEntry* function = function_named(named_, name);
    ASSERT_NE(function, nullptr) << name;
    ASSERT_EQ(function->cold_part_count, 1U) << name;
    const ColdPart& part = named_.cold_parts[function->first_cold_part];
    EXPECT_EQ(part.name, std::string(name) + ".cold");
    EXPECT_EQ(named_.function_containing(part.range.begin), function);
    EXPECT_EQ(function_named(named_, part.name), nullptr);
  }
}

TEST_F(ColdParts, AreFoundWithoutNames) {
  for (const std::string_view name : {"checked", "throws"}) {
    const FunctionEntry* with_name = function_named(named_, name);
    ASSERT_NE(with_name, nullptr);
    const FunctionEntry* without = stripped_.function_at(with_name->address);
    ASSERT_NE(without, nullptr) << name;
    EXPECT_EQ(without->origin, FunctionOrigin::kUnwindTable);
    EXPECT_EQ(without->size, with_name->size);
    ASSERT_EQ(without->cold_part_count, 1U) << name;
    EXPECT_EQ(stripped_.cold_parts[without->first_cold_part].range,
              named_.cold_parts[with_name->first_cold_part].range);
  }
}

TEST_F(ColdParts, LandingPadsLieInTheFunction) {
  const FunctionEntry* function = function_named(named_, "throws");
  ASSERT_NE(function, nullptr);
  ASSERT_EQ(function->cold_part_count, 1U);
  const AddressRange cold = named_.cold_parts[function->first_cold_part].range;
  std::vector<LandingPad> pads = named_.landing_pads(cold.begin);
  ASSERT_FALSE(pads.empty());  // the call of complain() is in the cold part
  for (const LandingPad& pad : pads) {
    EXPECT_GE(pad.calls.begin, cold.begin);
    EXPECT_LE(pad.calls.end, cold.end);
    EXPECT_EQ(named_.function_containing(pad.address), function);
  }
  EXPECT_TRUE(named_.landing_pads(function->address + 1).empty());
}

// One function looked at alone gives the same as all of the file.
TEST_F(ColdParts, OfOneFunctionAreTheSame) {
  for (const std::string file : {"cold", "stripped"}) {
    const Binary all = open_one(scratch_.path(file));
    const Binary symbols =
        open_one(scratch_.path(file), {.debug_file = "", .find_functions = false});
    std::size_t completed = 0;
    for (std::uint32_t i = 0; i < symbols.functions.size(); ++i) {
      const std::string name(symbols.functions[i].name);
      Binary one = symbols;
      const std::optional<std::uint32_t> index =
          complete_function(one, symbols.functions[i].address);
      // Start-up code has no unwind entries, so only the whole file tells its callees.
      if (!index) {
        EXPECT_TRUE(name.starts_with("_") || !symbols.functions[i].size_known) << name;
        continue;
      }
      ++completed;
      const FunctionEntry& function = one.functions[*index];
      ASSERT_EQ(function.name, name);
      const FunctionEntry* whole = all.function_at(function.address);
      ASSERT_NE(whole, nullptr);
      ASSERT_EQ(function.cold_part_count, whole->cold_part_count) << whole->name;
      for (std::uint32_t part = 0; part < whole->cold_part_count; ++part) {
        const ColdPart& wanted = all.cold_parts[whole->first_cold_part + part];
        EXPECT_EQ(one.function_containing(wanted.range.begin), &function);
        EXPECT_EQ(one.cold_parts[function.first_cold_part + part].name, wanted.name);
      }
    }
    if (file == "cold") {
      EXPECT_GE(completed, 4U);
    }
  }
}

TEST_F(ColdParts, ANoteSaysWhatWasUsed) {
  ASSERT_FALSE(stripped_.notes.empty());
  EXPECT_NE(stripped_.notes.front().find("no symbol table: found"), std::string::npos);
  EXPECT_NE(stripped_.notes.front().find("from .eh_frame"), std::string::npos);
}

// `split` is a function of its own although only `caller` gets to it, by a jump:
// it returns to the caller's caller and never goes back.
TEST(TailCalledFunction, StaysAFunction) {
  const Scratch scratch;
  scratch.write("tail.c", R"(
    static int __attribute__((noinline)) split(int* p, int n) { return p[n] / n; }
    int __attribute__((noinline)) caller(int* p, int n) { if (n > 3) return split(p, n); return 0; }
    int main(int argc, char** argv) { (void)argv; int v[9] = {argc}; return caller(v, argc); })");
  scratch.run({"gcc", "-O2", "tail.c", "-o", "tail"});
  scratch.run({"strip", "-o", "stripped", "tail"});
  const Binary named = open_one(scratch.path("tail"));
  const Binary stripped = open_one(scratch.path("stripped"));
  for (const std::string_view name : {"split", "caller", "main"}) {
    const FunctionEntry* function = function_named(named, name);
    ASSERT_NE(function, nullptr) << name;
    EXPECT_NE(stripped.function_at(function->address), nullptr) << name;
  }
}

// No symbols and no unwind tables: what is left are calls from the entry on.
TEST(CallTargets, AreFollowedFromTheEntry) {
  const Scratch scratch;
  scratch.write("bare.s", R"(
    .intel_syntax noprefix
    .globl _start
    .text
  _start:
    lea rdi, [rip + real_main]
    call library
    hlt
    .p2align 4
  tail:
    mov eax, 60
    syscall
    ret
    .p2align 4
  real_main:
    mov eax, 1
    call leaf
    ret
    .p2align 4
  leaf:
    test edi, edi
    je 1f
    ret
  1: jmp tail
    .p2align 4
  table:                      # data in .text, never called
    .quad 0x1122334455667788, 0x99aabbccddeeff00, 1, 2, 3, 4, 5, 6, 7, 8
    .p2align 4
  library:
    jmp rdi
  )");
  scratch.run({"clang-19", "-c", "bare.s", "-o", "bare.o"});
  scratch.run({"ld.lld-19", "-static", "bare.o", "-o", "bare"});
  scratch.run({"strip", "-o", "stripped", "bare"});
  std::map<std::string, std::uint64_t, std::less<>> labels;
  const Binary named = open_one(scratch.path("bare"));
  for (const Symbol& symbol : named.symbols) labels.emplace(symbol.name, symbol.address);
  const Binary stripped = open_one(scratch.path("stripped"));
  for (const std::string_view name : {"_start", "real_main", "leaf", "tail", "library"}) {
    ASSERT_TRUE(labels.contains(name)) << name;
    EXPECT_NE(stripped.function_at(labels.find(name)->second), nullptr) << name;
  }
  EXPECT_EQ(stripped.function_containing(labels.find("table")->second), nullptr);
  EXPECT_TRUE(std::any_of(stripped.notes.begin(), stripped.notes.end(), [](const std::string& n) {
    return n.find("belong to no known function") != std::string::npos;
  }));
}

TEST(SymbolsWithoutSize, ReachToTheNextKnownStart) {
  const Scratch scratch;
  scratch.write("sizes.s", R"(
    .globl first, second
    .text
  first:                      # a label without type and size
    mov $1, %eax
    ret
    .p2align 4
    .type second,@function
  second:
    ret
    .type constants,@object
  constants:
    .quad 5
    .size constants, 8
  )");
  scratch.run({"clang-19", "-c", "sizes.s", "-o", "sizes.o"});
  const Binary binary = open_one(scratch.path("sizes.o"));
  const FunctionEntry* first = function_named(binary, "first");
  const FunctionEntry* second = function_named(binary, "second");
  ASSERT_NE(first, nullptr);
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(first->address + first->size, second->address);
  EXPECT_FALSE(first->size_known);
  EXPECT_EQ(second->size, 1U);  // ends where data begins
  EXPECT_EQ(function_named(binary, "constants"), nullptr);
}

TEST(SeparateDebugFile, GivesAStrippedProgramItsNames) {
  const Scratch scratch;
  scratch.write("d.c", R"(
    __attribute__((noinline)) static int local_name(int x) { return x * 3; }
    int main(int argc, char** argv) { (void)argv; return local_name(argc); })");
  scratch.run({"gcc", "-O1", "-g", "d.c", "-o", "d"});
  scratch.run({"objcopy", "--only-keep-debug", "d", "d.debug"});
  scratch.run({"strip", "d"});
  EXPECT_EQ(function_named(open_one(scratch.path("d")), "local_name"), nullptr);
  scratch.run({"objcopy", "--add-gnu-debuglink=d.debug", "d"});
  const Binary binary = open_one(scratch.path("d"));
  const FunctionEntry* function = function_named(binary, "local_name");
  ASSERT_NE(function, nullptr);
  EXPECT_FALSE(binary.bytes_at(function->address, function->size).empty());
  EXPECT_EQ(binary.notes.front(), "function names come from " + scratch.path("d.debug"));
}

TEST(Aliases, AreOneFunctionWithTheGlobalName) {
  const Scratch scratch;
  scratch.write("alias.c", R"(
    static int hidden(int x) { return x + 1; }
    int shown(int) __attribute__((alias("hidden")));
    int shown_too(int) __attribute__((alias("hidden"))); )");
  scratch.run({"gcc", "-O1", "-c", "alias.c", "-o", "alias.o"});
  const Binary binary = open_one(scratch.path("alias.o"));
  ASSERT_EQ(binary.functions.size(), 1U);
  EXPECT_EQ(binary.functions.front().name, "shown");
  EXPECT_EQ(binary.functions.front().alias_count, 2U);
}

}  // namespace
}  // namespace asmforge

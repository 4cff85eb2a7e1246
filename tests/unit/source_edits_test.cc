// Edits of sources and build files: what stands there afterwards, that undoing gives every
// byte back, and where nothing is changed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "transform/branch_expectation.h"
#include "transform/compiler_flags.h"
#include "transform/edit.h"
#include "transform/function_attribute.h"
#include "transform/restrict_pointers.h"
#include "transform/rust_functions.h"

namespace asmforge {
namespace {

using testing::HasSubstr;

// The edited text, or why there is none.
std::string edited(const std::string& text, const Result<Patch>& patch) {
  if (!patch) return patch.error().what;
  const Result<std::string> changed = applied(text, *patch);
  EXPECT_TRUE(changed);
  const Result<std::string> back = applied(*changed, undo_of(*patch));
  EXPECT_TRUE(back);
  EXPECT_EQ(*back, text);
  return *changed;
}

std::string with(const std::string& text, FunctionAttribute attribute, bool is_template = false) {
  FunctionDefinition function;
  function.name = "f";
  function.line = 2;
  function.head = text.find('\n') + 1;
  const std::size_t type = text.find("int f");
  function.offset = type == std::string::npos ? function.head : type;
  function.is_template = is_template;
  return edited(text, place_attribute("a.c", text, function, attribute));
}

TEST(FunctionAttribute, StandsBeforeTheDefinition) {
  EXPECT_EQ(with("\nstatic int f(void) { return 1; }\n", FunctionAttribute::kAlwaysInline),
            "\nstatic __attribute__((always_inline)) int f(void) { return 1; }\n");
  EXPECT_EQ(with("\nint f(void) {}", FunctionAttribute::kFlatten),
            "\n__attribute__((flatten)) int f(void) {}");
  EXPECT_EQ(with("\nint f(void) {}", FunctionAttribute::kColdNotInlined),
            "\n__attribute__((cold, noinline)) int f(void) {}");
}

TEST(FunctionAttribute, TakesThePlaceOfTheOpposite) {
  EXPECT_EQ(with("\n__attribute__((noinline)) int f(void) {}", FunctionAttribute::kAlwaysInline),
            "\n__attribute__((always_inline)) int f(void) {}");
  EXPECT_EQ(with("\n[[gnu::__noinline__]] int f() {}", FunctionAttribute::kAlwaysInline),
            "\n[[gnu::__always_inline__]] int f() {}");
  EXPECT_EQ(with("\nint __attribute__((cold)) f(void) {}", FunctionAttribute::kHot),
            "\nint __attribute__((hot)) f(void) {}");
  // Words that only hold it say nothing, and the body is none of its business.
  EXPECT_EQ(with("\nint f(int noinline_count) { noinline(); }", FunctionAttribute::kAlwaysInline),
            "\n__attribute__((always_inline)) int f(int noinline_count) { noinline(); }");
}

TEST(FunctionAttribute, IsNotPlacedTwiceOrWhereItCannotBe) {
  EXPECT_EQ(
      with("\n__attribute__((always_inline)) int f(void) {}", FunctionAttribute::kAlwaysInline),
      "a.c:2: f: has the attribute already");
  EXPECT_EQ(with("\n[[gnu::cold]] int f() {}", FunctionAttribute::kColdNotInlined),
            "a.c:2: f: has the attribute already");
  EXPECT_EQ(with("\nint f(int cold) {}", FunctionAttribute::kHot),
            "a.c:2: f: does not say otherwise");
  EXPECT_EQ(with("\nint f(void) { /* cold */ }", FunctionAttribute::kHot),
            "a.c:2: f: does not say otherwise");
  EXPECT_EQ(with("\ntemplate <class T> T f() {}", FunctionAttribute::kAlwaysInline, true),
            "a.c:2: f: is a template");
}

std::string in_rust(const std::string& text, FunctionAttribute attribute) {
  const SourceMap map = map_rust_functions(text);
  EXPECT_FALSE(map.functions.empty());
  if (map.functions.empty()) return {};
  return edited(text, place_attribute("a.rs", text, map.functions.back(), attribute));
}

TEST(FunctionAttribute, OfRust) {
  EXPECT_EQ(in_rust("fn f() {}\n", FunctionAttribute::kAlwaysInline),
            "#[inline(always)] fn f() {}\n");
  EXPECT_EQ(in_rust("  #[inline]\n  pub fn f() {}\n", FunctionAttribute::kAlwaysInline),
            "  #[inline(always)]\n  pub fn f() {}\n");
  EXPECT_EQ(in_rust("#[must_use] #[inline(never)]\n#[rustfmt::skip]\nfn f() {}\n",
                    FunctionAttribute::kAlwaysInline),
            "#[must_use] #[inline(always)]\n#[rustfmt::skip]\nfn f() {}\n");
  EXPECT_EQ(in_rust("fn f() {}\n", FunctionAttribute::kColdNotInlined),
            "#[cold] #[inline(never)] fn f() {}\n");
  EXPECT_THAT(in_rust("fn f() {}\n", FunctionAttribute::kHot), HasSubstr("Rust has no such"));
  EXPECT_THAT(in_rust("#[cold]\nfn f() {}\n", FunctionAttribute::kColdNotInlined),
              HasSubstr("already"));
}

TEST(RustFunctions, AreFoundByTheirLines) {
  const std::string text =
      "use std::io;\n"
      "// fn not_one() {}\n"
      "#[inline]\n"
      "pub(crate) unsafe extern \"C\" fn first<T>(x: T) -> T {\n"
      "    let fn_pointer = second;\n"
      "    x\n"
      "}\n"
      "\n"
      "    const fn second() {}\n"
      "fn (nameless) {}\n"
      "fnord();\n";
  const SourceMap map = map_rust_functions(text);
  ASSERT_EQ(map.functions.size(), 2U);
  EXPECT_EQ(map.functions[0].name, "first");
  EXPECT_EQ(map.functions[0].line, 4U);
  EXPECT_EQ(map.functions[0].last_line, 8U);
  EXPECT_EQ(text.substr(map.functions[0].head, 9), "#[inline]");
  EXPECT_EQ(text.substr(map.functions[0].offset, 10), "pub(crate)");
  EXPECT_EQ(map.functions[1].name, "second");
  EXPECT_EQ(text.substr(map.functions[1].offset, 8), "const fn");
  EXPECT_EQ(map.functions[1].head, map.functions[1].offset);
  EXPECT_EQ(function_around(map, 6)->name, "first");
  EXPECT_EQ(function_around(map, 11)->name, "second");
  EXPECT_EQ(function_around(map, 2), nullptr);
}

std::string expecting(const std::string& condition, double holds,
                      const std::string& front = "  if (", const std::string& back = ") {\n") {
  const std::string text = front + condition + back;
  BranchStatement branch;
  branch.line = 1;
  branch.condition = front.size();
  branch.condition_end = front.size() + condition.size();
  return edited(text, expect_branch("a.c", text, branch, holds));
}

TEST(BranchExpectation, SaysWhatWasCounted) {
  EXPECT_EQ(expecting("x == 0 && (y)", 0.0213),
            "  if (__builtin_expect_with_probability(!!(x == 0 && (y)), 0, 0.979)) {\n");
  EXPECT_EQ(expecting("p", 0.97), "  if (__builtin_expect_with_probability(!!(p), 1, 0.970)) {\n");
  // What never happened may happen.
  EXPECT_EQ(expecting("p", 0), "  if (__builtin_expect_with_probability(!!(p), 0, 0.999)) {\n");
  EXPECT_EQ(expecting("p", 1, "if ( ", "\n)"),
            "if ( __builtin_expect_with_probability(!!(p), 1, 0.999)\n)");
}

TEST(BranchExpectation, LeavesAloneWhatIsNotPlain) {
  EXPECT_EQ(expecting("unlikely(p)", 0), "a.c:1: the condition says so already");
  EXPECT_EQ(expecting("LIKELY (p)", 0), "a.c:1: the condition says so already");
  EXPECT_EQ(expecting("__builtin_expect(p, 0)", 0), "a.c:1: the condition says so already");
  EXPECT_THAT(expecting("p) && (q", 0), HasSubstr("not stand plainly"));
  EXPECT_THAT(expecting("(p", 0), HasSubstr("not stand plainly"));
  EXPECT_THAT(expecting("p", 0, "if (p == ", ")"), HasSubstr("not stand plainly"));
  EXPECT_THAT(expecting("p", 0, "if (", " == 3)"), HasSubstr("not stand plainly"));
  EXPECT_THAT(expecting("", 0), HasSubstr("not in the text"));
}

TEST(CompilerFlags, OfOneSourceInAMakefile) {
  const FlagOfSource wanted{"src/hot.c", false, "-O3"};
  const std::string objects = "prog: hot.o\n\t$(CC) -o prog hot.o";
  EXPECT_EQ(edited(objects, add_flag(BuildSystem::kMake, "Makefile", objects, wanted)),
            objects + "\nhot.o: override CFLAGS += -O3\n%/hot.o: override CFLAGS += -O3\n");
  const std::string whole = "prog: hot.c\n\t$(CC) $(CFLAGS) -o prog hot.c\n";
  const std::string once =
      edited(whole, add_flag(BuildSystem::kMake, "Makefile", whole, {"hot.cc", true, "-O3"}));
  EXPECT_EQ(once, whole + "override CXXFLAGS += -O3\n");
  EXPECT_THAT(edited(once, add_flag(BuildSystem::kMake, "Makefile", once, {"hot.cc", true, "-O2"})),
              HasSubstr("has such a flag for hot.cc already"));
  EXPECT_EQ(
      edited(once, add_flag(BuildSystem::kMake, "Makefile", once, {"hot.cc", true, "-finline"})),
      once + "override CXXFLAGS += -finline\n");
}

TEST(CompilerFlags, OfOneSourceInCMake) {
  const std::string text = "add_executable(prog src/hot.c)\n";
  const FlagOfSource wanted{"src/hot.c", false, "-O3"};
  const std::string once =
      edited(text, add_flag(BuildSystem::kCMake, "CMakeLists.txt", text, wanted));
  EXPECT_EQ(once,
            text + "set_property(SOURCE \"src/hot.c\" APPEND PROPERTY COMPILE_OPTIONS \"-O3\")\n");
  EXPECT_THAT(edited(once, add_flag(BuildSystem::kCMake, "CMakeLists.txt", once,
                                    {"src/hot.c", false, "-O2"})),
              HasSubstr("already"));
}

std::string released(const std::string& text, std::string_view key = "lto",
                     std::string_view value = "\"fat\"") {
  return edited(text, set_release_profile("Cargo.toml", text, key, value));
}

TEST(CompilerFlags, OfACargoProfile) {
  EXPECT_EQ(released("[package]\nname = \"a\""),
            "[package]\nname = \"a\"\n\n[profile.release]\nlto = \"fat\"\n");
  EXPECT_EQ(released("[profile.release]\ndebug = true\n[lib]\n"),
            "[profile.release]\nlto = \"fat\"\ndebug = true\n[lib]\n");
  EXPECT_EQ(released("[profile.release]"), "[profile.release]\nlto = \"fat\"\n");
  EXPECT_EQ(released("[profile.dev]\nlto = false\n[profile.release]\n  lto=false # slow\n"),
            "[profile.dev]\nlto = false\n[profile.release]\n  lto = \"fat\"\n");
  EXPECT_THAT(released("[profile.release]\nlto = \"fat\"\n"), HasSubstr("already"));
  // A key of which this one is the beginning is another.
  EXPECT_EQ(released("[profile.release]\nopt-levels = 1\n", "opt-level", "3"),
            "[profile.release]\nopt-level = 3\nopt-levels = 1\n");
}

std::string restricted(const std::string& text, std::vector<ParameterKind> kinds) {
  FunctionDefinition function;
  function.name = "f";
  function.line = 1;
  const std::string names = "abcd";
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const std::size_t at = text.find(std::string(1, names[i]) + (i + 1 < kinds.size() ? "," : ")"));
    function.parameters.push_back({kinds[i], 4, at == std::string::npos ? 0 : at});
  }
  return edited(text, place_restrict("a.c", text, function));
}

TEST(RestrictPointers, StandsAtEachPointer) {
  using enum ParameterKind;
  EXPECT_EQ(restricted("void f(int *a, int b, const int *c) {}", {kPointer, kInteger, kPointer}),
            "void f(int *__restrict a, int b, const int *__restrict c) {}");
  EXPECT_EQ(restricted("void f(int *restrict a, int *b) {}", {kRestrict, kPointer}),
            "void f(int *restrict a, int *__restrict b) {}");
}

TEST(RestrictPointers, SaysNothingOfOnePointerAlone) {
  using enum ParameterKind;
  EXPECT_THAT(restricted("void f(int *a, int b) {}", {kPointer, kInteger}),
              HasSubstr("fewer than two pointers"));
  EXPECT_THAT(restricted("void f(int *a, int *b) {}", {kRestrict, kRestrict}),
              HasSubstr("all of its pointers say so"));
  EXPECT_THAT(restricted("void f(int *a, int *) {}", {kPointer, kPointer}),
              HasSubstr("has no name"));
}

}  // namespace
}  // namespace asmforge

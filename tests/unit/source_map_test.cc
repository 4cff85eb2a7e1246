#include "transform/source_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "../support/scratch_dir.h"

namespace asmforge {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing_support::ScratchDir;

struct Mapped {
  std::string text;
  SourceMap map;
  [[nodiscard]] std::string at(std::uint64_t offset, std::size_t size = 12) const {
    return text.substr(offset, size);
  }
};

class SourceMapTest : public testing::Test {
 protected:
  Mapped map(const std::string& name, const std::string& text,
             std::vector<std::string> arguments = {}) {
    const std::string path = folder_.write(name, text);
    Result<SourceMap> map =
        map_source(path, {"", folder_.path(), name, std::move(arguments), "", {}});
    EXPECT_TRUE(map) << map.error().what;
    return {text, map ? *map : SourceMap()};
  }
  ScratchDir folder_;
};

TEST_F(SourceMapTest, FindsStatementsButNotThoseOfMacros) {
  const Mapped mapped = map("a.c",
                            "#define EACH(i, n) for (int i = 0; i < (n); i++)\n"
                            "#define CHECK(x) do { if (x) return 1; } while (0)\n"
                            "#define MAX 7\n"
                            "static int leaf(int x);\n"
                            "[[gnu::noinline]] static int leaf(int x) { return x * 3; }\n"
                            "int hot(const int *a,\n"
                            "        int n) {\n"
                            "  int s = 0;\n"
                            "  for (int i = 0;\n"
                            "       i < n; i++) {\n"
                            "    if (a[i] == MAX)\n"
                            "      s += leaf(a[i]);\n"
                            "    else {\n"
                            "      s--;\n"
                            "    }\n"
                            "    while (s > 1000)\n"
                            "      s /= 2;\n"
                            "  }\n"
                            "  EACH(k, 5) s += k;\n"
                            "  CHECK(s);\n"
                            "  do s++; while (s < n);\n"
                            "  return s;\n"
                            "}\n");
  ASSERT_EQ(mapped.map.loops.size(), 3U);
  EXPECT_EQ(mapped.at(mapped.map.loops[0].offset), "for (int i =");
  EXPECT_EQ(mapped.map.loops[0].line, 9U);
  EXPECT_EQ(mapped.map.loops[0].body_line, 10U);
  EXPECT_EQ(mapped.map.loops[0].last_line, 18U);
  EXPECT_EQ(mapped.at(mapped.map.loops[1].offset, 9), "while (s ");
  EXPECT_EQ(mapped.at(mapped.map.loops[2].offset, 6), "do s++");
  ASSERT_EQ(mapped.map.branches.size(), 1U);
  const BranchStatement& branch = mapped.map.branches.front();
  EXPECT_EQ(mapped.at(branch.condition, branch.condition_end - branch.condition), "a[i] == MAX");
  EXPECT_EQ(branch.line, 11U);
  EXPECT_EQ(branch.last_line, 11U);
  EXPECT_EQ(branch.then_line, 12U);
  EXPECT_EQ(branch.then_last, 12U);
  EXPECT_EQ(branch.else_line, 13U);
  EXPECT_EQ(branch.else_last, 15U);
  ASSERT_EQ(mapped.map.functions.size(), 2U);  // of leaf, the definition
  EXPECT_EQ(mapped.map.functions[0].name, "leaf");
  EXPECT_EQ(mapped.map.functions[0].line, 5U);
  EXPECT_TRUE(mapped.map.functions[0].is_static);
  EXPECT_EQ(mapped.at(mapped.map.functions[0].offset, 10), "static int");
  EXPECT_EQ(mapped.at(mapped.map.functions[0].head, 8), "gnu::noi");
  EXPECT_EQ(mapped.at(mapped.map.functions[1].offset, 7), "int hot");
  EXPECT_EQ(mapped.map.functions[1].head, mapped.map.functions[1].offset);
  EXPECT_EQ(mapped.map.functions[1].last_line, 23U);
  EXPECT_FALSE(mapped.map.functions[1].is_static);

  const auto loop_of = [&](std::uint32_t line) {
    const LoopStatement* loop = loop_at(mapped.map, line);
    return loop == nullptr ? 0U : loop->line;
  };
  EXPECT_EQ(loop_of(8), 0U);
  EXPECT_EQ(loop_of(10), 9U);   // the head's second line
  EXPECT_EQ(loop_of(12), 9U);   // the body
  EXPECT_EQ(loop_of(17), 16U);  // the inner one's
  EXPECT_EQ(function_around(mapped.map, 12)->name, "hot");
  EXPECT_EQ(function_around(mapped.map, 3), nullptr);
}

TEST_F(SourceMapTest, ReadsCPlusPlusAndWhatTheArgumentsSay) {
  const std::string text =
      "namespace n {\n"
      "struct S {\n"
      "  int sum(const int (&a)[4]) const {\n"
      "    int s = 0;\n"
      "    for (int x : a) s += x;\n"
      "    if (int y = s; y) return y;\n"
      "    return s;\n"
      "  }\n"
      "};\n"
      "template <class T> T twice(T x) { return x + x; }\n"
      "#ifdef MORE\n"
      "void more() { for (;;) break; }\n"
      "#endif\n"
      "}\n";
  const Mapped less = map("b.cc", text, {"-std=c++17"});
  EXPECT_EQ(less.map.loops.size(), 1U);
  EXPECT_THAT(less.map.branches, IsEmpty());  // its condition is declared there
  ASSERT_EQ(less.map.functions.size(), 2U);
  EXPECT_EQ(less.map.functions[0].name, "sum");
  EXPECT_TRUE(less.map.functions[1].is_template);
  EXPECT_EQ(map("c.cc", text, {"-std=c++17", "-D", "MORE"}).map.loops.size(), 2U);
}

TEST_F(SourceMapTest, TellsParametersApart) {
  const std::string text =
      "enum e { A };\n"
      "struct s;\n"
      "double f(int *a, const float *restrict b, enum e c, struct s *d, double, volatile int *e,\n"
      "         unsigned char **f) { return 0; }\n"
      "void g(void) {}\n";
  const Mapped mapped = map("p.c", text);
  ASSERT_EQ(mapped.map.functions.size(), 2U);
  const FunctionDefinition& function = mapped.map.functions[0];
  EXPECT_TRUE(function.returns_number);
  EXPECT_FALSE(mapped.map.functions[1].returns_number);
  EXPECT_THAT(mapped.map.functions[1].parameters, IsEmpty());
  ASSERT_EQ(function.parameters.size(), 7U);
  using enum ParameterKind;
  const std::vector<ParameterKind> kinds = {kPointer, kRestrict, kInteger, kOther,
                                            kFloat,   kOther,    kOther};
  for (std::size_t i = 0; i < kinds.size(); ++i)
    EXPECT_EQ(function.parameters[i].kind, kinds[i]) << i;
  EXPECT_EQ(function.parameters[1].size, 4U);
  EXPECT_EQ(mapped.at(function.parameters[1].name_at, 2), "b,");
  EXPECT_EQ(function.parameters[4].name_at, 0U);
}

TEST_F(SourceMapTest, ReadsAHeaderAsPartOfASource) {
  const std::string header =
      folder_.write("h.h", "static int f(int n) { while (n > 9) n /= 2; return n; }\n");
  folder_.write("d.c", "#include \"h.h\"\nint g(int n) { for (;;) return f(n); }\n");
  const Result<SourceMap> map = map_source(header, {"", folder_.path(), "d.c", {}, "", {}});
  ASSERT_TRUE(map);
  ASSERT_EQ(map->loops.size(), 1U);
  EXPECT_EQ(map->loops.front().offset, 22U);
  EXPECT_EQ(map->functions.size(), 1U);
}

TEST_F(SourceMapTest, SaysWhenItCannotRead) {
  folder_.write("e.c", "int f(void) { return 1; }\n");
  const std::string here = folder_.path();
  EXPECT_FALSE(map_source(here + "/none.c", {"", here, "e.c", {}, "", {}}));
  EXPECT_FALSE(map_source(here + "/e.c", {"", here + "/none", "e.c", {}, "", {}}));
  // Errors in the source are its compiler's matter; what is there is told.
  const std::string broken =
      folder_.write("broken.c", "int f(void) { for (;;) { nonsense; } }\nint g( {\n");
  const Result<SourceMap> map = map_source(broken, {"", here, "broken.c", {}, "", {}});
  ASSERT_TRUE(map) << map.error().what;
  EXPECT_EQ(map->loops.size(), 1U);
}

TEST(ParseSourceMap, RefusesWhatItDoesNotKnow) {
  EXPECT_TRUE(parse_source_map(""));
  EXPECT_TRUE(parse_source_map("loop 1 2 3 4\nfunction 1 2 3 3 s operator new\n"));
  for (const char* line : {"loop", "loop 1", "loop 1 2 3", "loop 1 2 3 4 5", "loop 1 x 3 4",
                           "loop 1 99999999999999999999 3 4", "loop -1 2 3 4", "other 1 2",
                           "function 1 2 3 4", "parameter integer 4 0", "branch 1 2 3 4 5 6 7"}) {
    const Result<SourceMap> map = parse_source_map(line);
    ASSERT_FALSE(map) << line;
    EXPECT_THAT(map.error().what, HasSubstr(line));
  }
}

}  // namespace
}  // namespace asmforge

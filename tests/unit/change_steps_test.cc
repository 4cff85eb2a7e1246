// Which attributes, flags and expectations follow from counts, on hand-made functions whose
// sources lie in a folder.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "../support/scratch_dir.h"
#include "plan/assumption_steps.h"
#include "plan/attribute_steps.h"
#include "plan/branch_steps.h"
#include "plan/flag_steps.h"

namespace asmforge {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing_support::ScratchDir;

constexpr const char* kText =
    "static int leaf(int x) { return x * 3; }\n"  // 1
    "static void report(int x) {\n"               // 2
    "  if (x) puts(\"odd\");\n"                   // 3
    "}\n"                                         // 4
    "__attribute__((cold)) int hot(int n) {\n"    // 5
    "  int s = 0;\n"                              // 6
    "  while (n--) {\n"                           // 7
    "    if (n == 77)\n"                          // 8
    "      report(n);\n"                          // 9
    "    s += leaf(n);\n"                         // 10
    "  }\n"                                       // 11
    "  return s;\n"                               // 12
    "}\n";

class ChangeSteps : public testing::Test {
 protected:
  void SetUp() override {
    folder_.write("src/a.c", kText);
    request_.tree = folder_.path();
    request_.project = request_.tree;
    request_.build_command = "make";
    units_.push_back({"gcc", folder_.path(), "src/a.c", {"-w"}, "-O2", {}});
    profile_.total = 100000;
    hot_.name = "hot";
    hot_.share = 0.9;
    hot_.peak = 10000;
    hot_.instructions = 40;
    hot_.calls = 2;
    hot_.source = line(5);
  }
  // In a function inlined there when it has a name.
  SourceLocation line(std::uint32_t number, const std::string& inlined = "") {
    SourceLocation location;
    if (!inlined.empty())
      location.frames.push_back({inlined, "src/a.c", folder_.path(), number, 1});
    location.frames.push_back({"hot", "src/a.c", folder_.path(), inlined.empty() ? number : 9, 1});
    return location;
  }
  CountedInsn insn(SourceLocation source, std::uint64_t executions) {
    return {0x1000 + 4 * hot_.insns.size(), executions, std::move(source), true, false, 0};
  }
  TreeSources& sources() {
    sources_.emplace(request_.tree, units_, request_.forbidden);
    return *sources_;
  }
  static std::vector<std::string> names(const std::vector<Step>& steps) {
    std::vector<std::string> list;
    list.reserve(steps.size());
    for (const Step& step : steps) list.push_back(step.name);
    return list;
  }
  std::vector<Step> attributes() {
    return attribute_steps({{hot_}}, loops_, profile_, request_, sources());
  }
  std::vector<Step> assumptions() {
    return assumption_steps({{hot_}}, loops_, request_, sources());
  }
  // The `while`, of so many loads and stores.
  HotLoop loop_at_7(std::int64_t loads, std::int64_t stores) {
    HotLoop loop;
    loop.sources = {line(7)};
    loop.contents.instructions = 9;
    loop.contents.loads = loads;
    loop.contents.stores = stores;
    return loop;
  }
  std::vector<Step> branches() { return branch_steps({{hot_}}, profile_, request_, sources()); }

  ScratchDir folder_;
  std::vector<CompileUnit> units_;
  std::optional<TreeSources> sources_;
  ChangeRequest request_;
  Profile profile_;
  HotFunction hot_;
  std::vector<HotLoop> loops_;
};

TEST_F(ChangeSteps, InlinesWhatIsCalledOften) {
  hot_.callees = {{"leaf", 10000, line(1), false}, {"report", 100, line(2), true}};
  const std::vector<Step> steps = attributes();
  // The calls of report cost half a per cent.
  EXPECT_THAT(names(steps), ElementsAre("src/a.c:5: hot hot", "src/a.c:1: leaf always_inline"));
  EXPECT_THAT(steps[1].patch, HasSubstr("+__attribute__((always_inline)) static int leaf"));
  EXPECT_THAT(steps[1].expectations, ElementsAre(HasSubstr("calls(hot): 2 -> < 2")));
  hot_.callees[1].executions = 5000;
  EXPECT_THAT(names(attributes()),
              ElementsAre("src/a.c:5: hot hot", "src/a.c:1: leaf always_inline",
                          "src/a.c:2: report always_inline", "src/a.c:5: hot flatten"));
  request_.forbidden = {"attribute"};
  EXPECT_THAT(attributes(), IsEmpty());
  request_.forbidden = {"src/a.c"};
  EXPECT_THAT(attributes(), IsEmpty());
}

TEST_F(ChangeSteps, MovesOutWhatWasInlinedAndHardlyRuns) {
  for (int i = 0; i < 7; ++i) hot_.insns.push_back(insn(line(3, "report"), 9));
  EXPECT_THAT(names(attributes()), ElementsAre("src/a.c:5: hot hot"));  // too little to gain by
  hot_.insns.push_back(insn(line(3, "report"), 9));
  for (int i = 0; i < 8; ++i) hot_.insns.push_back(insn(line(1, "leaf"), 10000));
  const std::vector<Step> steps = attributes();
  EXPECT_THAT(names(steps), ElementsAre("src/a.c:5: hot hot", "src/a.c:2: report cold, noinline"));
  EXPECT_THAT(steps[1].expectations, ElementsAre(HasSubstr("instructions(hot): 40 -> < 40")));
  hot_.insns[3].in_hot_loop = false;  // before or behind it nobody is disturbed
  EXPECT_THAT(names(attributes()), ElementsAre("src/a.c:5: hot hot"));
  hot_.insns[3].in_hot_loop = true;
  hot_.insns[3].executions = 11;  // above a thousandth of the peak
  EXPECT_THAT(names(attributes()), ElementsAre("src/a.c:5: hot hot"));
}

TEST_F(ChangeSteps, AsksForWiderVectorsWhereThereAreNarrowOnes) {
  loops_ = {loop_at_7(1, 1)};
  EXPECT_THAT(names(attributes()), ElementsAre("src/a.c:5: hot hot"));
  loops_[0].contents.vector_width_bits = 128;
  const std::vector<Step> steps = attributes();
  EXPECT_THAT(names(steps), ElementsAre("src/a.c:5: hot hot",
                                        "src/a.c:5: hot target_clones(\"avx2\", \"default\")"));
  EXPECT_THAT(steps[1].patch, HasSubstr("+__attribute__((target_clones(\"avx2\", \"default\"))) "
                                        "__attribute__((cold)) int hot(int n)"));
  EXPECT_THAT(steps[1].expectations, IsEmpty());
  loops_[0].contents.vector_width_bits = 256;
  EXPECT_THAT(names(attributes()), ElementsAre("src/a.c:5: hot hot"));
}

TEST_F(ChangeSteps, AssertsOnlyWhatIsAllowed) {
  folder_.write("Makefile", "prog: src/a.o\n");
  loops_ = {loop_at_7(1, 1)};
  hot_.floats = true;
  EXPECT_THAT(assumptions(), IsEmpty());
  request_.allow_assumptions = true;
  request_.dialect = PragmaDialect::kGcc;
  const std::vector<Step> steps = assumptions();
  // One parameter is no pointer, so that there is nothing to restrict.
  EXPECT_THAT(names(steps),
              ElementsAre("Makefile: -fno-math-errno for src/a.c",
                          "Makefile: -fno-trapping-math for src/a.c",
                          "Makefile: -ffast-math for src/a.c", "src/a.c:7: GCC ivdep"));
  for (const Step& step : steps) {
    EXPECT_TRUE(asserts_something(step.transform)) << step.name;
    ASSERT_TRUE(step.assumption) << step.name;
    EXPECT_EQ(step.assumption->file, "src/a.c");
    EXPECT_EQ(step.assumption->line, 5U);
  }
  EXPECT_EQ(steps[2].assumption->flag, "-ffast-math");
  EXPECT_EQ(steps[3].assumption->flag, "");
  request_.forbidden = {"fast-math", "ivdep"};
  EXPECT_THAT(assumptions(), IsEmpty());
}

TEST_F(ChangeSteps, AssertsNothingWhereItIsOfNoUse) {
  folder_.write("Makefile", "prog: src/a.o\n");
  request_.allow_assumptions = true;
  for (const HotLoop& loop : {loop_at_7(1, 0), loop_at_7(0, 1)}) {
    loops_ = {loop};
    EXPECT_THAT(assumptions(), IsEmpty());
  }
  loops_ = {loop_at_7(1, 1)};
  loops_[0].contents.vector_width_bits = 128;
  EXPECT_THAT(assumptions(), IsEmpty());
  loops_[0].contents.vector_width_bits = 0;
  loops_[0].contents.calls = 1;
  EXPECT_THAT(assumptions(), IsEmpty());
}

TEST_F(ChangeSteps, ExpectsWhatTheLayoutDoesNot) {
  hot_.insns = {insn(line(8), 10000), insn(line(9), 3)};
  EXPECT_THAT(branches(), IsEmpty());  // nothing is known to be laid out wrongly
  hot_.insns[0].forward_branch = true;
  hot_.insns[0].fell_through = 3;
  const std::vector<Step> steps = branches();
  EXPECT_THAT(names(steps), ElementsAre("src/a.c:8: expect 0.03 %"));
  EXPECT_THAT(steps[0].patch,
              HasSubstr("+    if (__builtin_expect_with_probability(!!(n == 77), 0, 0.999))"));
  hot_.insns[0].fell_through = 2000;  // the straight way is gone often enough
  EXPECT_THAT(branches(), IsEmpty());
  hot_.insns[0].fell_through = 3;
  hot_.insns[1].executions = 4000;  // neither way is the usual one
  EXPECT_THAT(branches(), IsEmpty());
  hot_.insns[1].executions = 20000;  // lines that cannot be what they seem
  EXPECT_THAT(branches(), IsEmpty());
  hot_.insns = {hot_.insns[0]};  // nothing known of what it guards
  EXPECT_THAT(branches(), IsEmpty());
}

TEST_F(ChangeSteps, AsksForAFlagBesideTheSourceOrAbove) {
  const auto flags = [&] { return flag_steps({{hot_}}, request_, sources()); };
  EXPECT_THAT(flags(), IsEmpty());  // there is no makefile
  folder_.write("Makefile", "prog: src/a.o\n");
  EXPECT_THAT(names(flags()), ElementsAre("Makefile: -O3 for src/a.c"));
  folder_.write("src/GNUmakefile", "a.o: a.c\n");
  EXPECT_THAT(names(flags()), ElementsAre("src/GNUmakefile: -O3 for src/a.c"));
  EXPECT_THAT(flags()[0].patch, HasSubstr("+a.o: override CFLAGS += -O3\n"));
  units_[0].taken_back = {"-finline"};
  EXPECT_THAT(names(flags()), ElementsAre("src/GNUmakefile: -finline for src/a.c",
                                          "src/GNUmakefile: -O3 for src/a.c"));
  units_[0].taken_back.clear();
  units_[0].optimisation = "-O3";
  EXPECT_THAT(names(flags()), ElementsAre("src/GNUmakefile: -O2 for src/a.c"));
  request_.forbidden = {"src/GNUmakefile"};
  EXPECT_THAT(flags(), IsEmpty());
  request_.build_command = "cmake -B build && cmake --build build";
  folder_.write("src/CMakeLists.txt", "set(x y)\n");
  folder_.write("CMakeLists.txt", "add_executable(prog src/a.c)\n");
  EXPECT_THAT(names(flags()), ElementsAre("CMakeLists.txt: -O2 for src/a.c"));
  request_.build_command = "sh build.sh";
  EXPECT_THAT(flags(), IsEmpty());
}

TEST_F(ChangeSteps, AsksForAReleaseProfileOfRust) {
  request_.build_command = "cargo build --release";
  folder_.write("Cargo.toml", "[package]\n[profile.release]\nopt-level = \"s\"\nlto = \"fat\"\n");
  hot_.source.frames.back().file = "src/main.rs";
  EXPECT_THAT(names(flag_steps({{hot_}}, request_, sources())),
              ElementsAre("Cargo.toml: opt-level = 3", "Cargo.toml: codegen-units = 1"));
  hot_.source.frames.back().file = "src/a.c";
  EXPECT_THAT(flag_steps({{hot_}}, request_, sources()), IsEmpty());
}

}  // namespace
}  // namespace asmforge

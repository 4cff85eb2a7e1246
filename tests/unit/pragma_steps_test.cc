// Steps at hot loops that were made up, in files that are there.
#include "plan/pragma_steps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../support/scratch_dir.h"

namespace asmforge {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing_support::ScratchDir;

class PragmaSteps : public testing::Test {
 protected:
  // A loop whose instructions have these lines of the file.
  HotLoop loop(const std::string& file, const std::vector<std::uint32_t>& lines) {
    HotLoop made;
    made.place.function = "f";
    for (const std::uint32_t line : lines) {
      SourceLocation location;
      location.frames.push_back({"f", file, tree_.path(), line, 0});
      made.sources.push_back(location);
    }
    made.place.source = made.sources.front();
    return made;
  }

  std::vector<std::string> names(const std::vector<HotLoop>& loops) {
    const std::vector<CompileUnit> units = {{"gcc", tree_.path(), "a.c", {"-w"}, "-O2", {}}};
    ChangeRequest request;
    request.tree = tree_.path();
    request.dialect = PragmaDialect::kGcc;
    TreeSources sources(tree_.path(), units, {});
    std::vector<std::string> found;
    for (const Step& step : pragma_steps(loops, request, sources)) found.push_back(step.name);
    return found;
  }

  ScratchDir tree_;
};

TEST_F(PragmaSteps, FindTheDoOfALoopThatHasNoInstructionThere) {
  tree_.write("a.c",
              "void f(char* a, char* b, int n) {\n  do {\n    *a++ = *b++;\n  } while (--n);\n}\n");
  EXPECT_THAT(names({loop("a.c", {3, 4})}), ElementsAre("a.c:2: GCC unroll 4"));
}

TEST_F(PragmaSteps, AskTheLoopAroundALineWhenNoHeadHasOne) {
  tree_.write("a.c",
              "void f(char* a, char* b, int n) {\n  while (n--)\n    for (int i = 0;\n"
              "         i < 9; i++) {\n      *a++ = *b++;\n    }\n}\n");
  EXPECT_THAT(names({loop("a.c", {5})}), ElementsAre("a.c:3: GCC unroll 4"));
  EXPECT_THAT(names({loop("a.c", {5, 2})}), ElementsAre("a.c:2: GCC unroll 4"));
  EXPECT_THAT(names({loop("a.c", {1})}), IsEmpty());
}

TEST_F(PragmaSteps, LeaveRustAlone) {
  tree_.write("a.rs", "fn f(n: usize) {\n  for i in 0..n {\n    g(i);\n  }\n}\n");
  EXPECT_THAT(names({loop("a.rs", {2})}), IsEmpty());
}

}  // namespace
}  // namespace asmforge

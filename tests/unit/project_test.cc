#include "forge/project.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "../support/scratch_dir.h"

namespace asmforge {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using testing_support::ScratchDir;

constexpr const char* kLeast =
    "[project]\nbuild = 'make'\nbinaries = ['./bin/tool']\n"
    "[[workload]]\nname = 'a'\ncommand = 'bin/tool -k x'\n";

class ProjectFile : public testing::Test {
 protected:
  Result<Project> read(const std::string& text) {
    return read_project(scratch.write("asmforge.toml", text));
  }
  // Without the path.
  std::string error_of(const std::string& text) {
    const auto result = read(text);
    EXPECT_FALSE(result) << text;
    return result ? "" : result.error().what.substr(scratch.file("asmforge.toml").size());
  }
  ScratchDir scratch;
};

TEST_F(ProjectFile, SaysAllThatAProjectIs) {
  const auto project = read(R"(
[project]
build = "make -j2"
clean = "make clean"
binaries = ["./bin/tool", "other"]
carry = ["config.mk"]

[check]
command = "$PROGRAM --self-test"

[[workload]]
name = "text"
command = "./bin/tool -k 'a b'"
metric = "regex:([0-9.]+) MB/s"
higher-is-better = true
weight = 2
env = ["MODE=1"]

[[workload]]
name = "held back"
command = "bin/tool -v"
validation = true

[forge]
budget = "10m"
floor = "1%"
alpha = "0.02"
functions = ["hot"]
forbid = ["fast-math"]

[candidates]
patches = ["a.patch"]
branches = ["faster"]
command = "./mutate"
)");
  ASSERT_TRUE(project) << project.error().what;
  EXPECT_EQ(project->directory + "/asmforge.toml", scratch.file("asmforge.toml"));
  EXPECT_EQ(project->build, "make -j2");
  EXPECT_EQ(project->clean, "make clean");
  EXPECT_THAT(project->binaries, ElementsAre("bin/tool", "other"));
  EXPECT_THAT(project->carry, ElementsAre("config.mk"));
  EXPECT_EQ(project->check, "$PROGRAM --self-test");
  ASSERT_THAT(project->workloads, SizeIs(2));
  const ProjectWorkload& text = project->workloads.front();
  EXPECT_EQ(text.binary, "bin/tool");
  EXPECT_EQ(text.workload.name, "text");
  EXPECT_THAT(text.workload.arguments, ElementsAre("-k", "a b"));
  EXPECT_THAT(text.workload.environment, ElementsAre("MODE=1"));
  EXPECT_EQ(text.workload.metric.source, MetricSource::kRegex);
  EXPECT_TRUE(text.workload.metric.higher_is_better);
  EXPECT_EQ(text.workload.weight, 2);
  EXPECT_TRUE(project->workloads.back().workload.validation);
  EXPECT_EQ(project->forge.budget_seconds, 600);
  EXPECT_DOUBLE_EQ(project->forge.floor, 0.01);
  EXPECT_DOUBLE_EQ(project->forge.alpha, 0.02);
  EXPECT_THAT(project->forge.functions, ElementsAre("hot"));
  EXPECT_THAT(project->forge.forbid, ElementsAre("fast-math"));
  EXPECT_THAT(project->candidates.patches, ElementsAre("a.patch"));
  EXPECT_THAT(project->candidates.branches, ElementsAre("faster"));
  EXPECT_EQ(project->candidates.command, "./mutate");
}

TEST_F(ProjectFile, SaysWhatIsWrongAndWhere) {
  const std::string least = kLeast;
  ASSERT_TRUE(read(least)) << read(least).error().what;
  EXPECT_EQ(error_of("\n"), ":1:1: there is no [project] with its build command");
  EXPECT_THAT(error_of("[project\n"), HasSubstr(":1:9: "));
  EXPECT_EQ(error_of("[project]\nbinaries = ['a']\n[[workload]]\nname='a'\ncommand='a'\n"),
            ":1:1: [project] has no build command");
  EXPECT_EQ(error_of(least + "comand = 'x'\n"), ":7:1: no key 'comand' is known");
  EXPECT_EQ(error_of(least + "[forge]\nbudget = 10\n"), ":8:10: 'budget' must be a text");
  EXPECT_EQ(error_of(least + "[forge]\nbudget = 'soon'\n"),
            ":8:10: 'soon' is no time; write 90s, 2m or 1h");
  EXPECT_EQ(error_of(least + "[forge]\nalpha = '60%'\n"),
            ":8:9: 'alpha' must be above 0 and below 50 %");
  EXPECT_EQ(error_of(least + "[[workload]]\nname = 'a'\ncommand = 'bin/tool'\n"),
            ":8:8: two workloads are called 'a'");
  EXPECT_EQ(error_of(least + "[[workload]]\nname = 'b'\ncommand = './run.sh'\n"),
            ":9:11: './run.sh' is none of the binaries of [project]");
  EXPECT_EQ(error_of(least + "[[workload]]\nname = 'b'\n"), ":7:1: a workload has no command");
  EXPECT_EQ(error_of("[project]\nbuild='CHANGE-ME'\nbinaries=['a']\n"
                     "[[workload]]\nname='a'\ncommand='a'\n"),
            ":2:7: 'build' still says CHANGE-ME");
  EXPECT_EQ(error_of("[project]\nbuild='make'\nbinaries=['a', '../b']\n"
                     "[[workload]]\nname='a'\ncommand='a'\n"),
            ":3:10: 'binaries' must name files below the project's folder");
  EXPECT_EQ(error_of("[project]\nbuild='make'\nbinaries=['a']\n"),
            ":1:1: there is no [[workload]] to measure");
}

TEST_F(ProjectFile, IsFoundFromAnyFolderBelowIt) {
  scratch.write("asmforge.toml", kLeast);
  std::filesystem::create_directories(scratch.file("a/b"));
  const auto project = find_project(scratch.file("a/b"));
  ASSERT_TRUE(project) << project.error().what;
  EXPECT_EQ(project->directory + "/asmforge.toml", scratch.file("asmforge.toml"));
  EXPECT_EQ(find_project("/").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace asmforge

// The words of a command line to exit statuses and sentences, without a process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "cli/command.h"
#include "report/wrap.h"

namespace asmforge {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Outcome {
  int status = -1;
  std::string out;
  std::string err;
};

Outcome run(std::initializer_list<std::string> words) {
  Outcome outcome;
  Output out(outcome.out);
  Output err(outcome.err);
  const std::vector<std::string> arguments(words);
  outcome.status = run_command_line(arguments, out, err);
  out.flush();
  err.flush();
  return outcome;
}

TEST(CommandLine, WithoutACommandIsUsage) {
  const Outcome outcome = run({});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr("usage: asmforge COMMAND"));
}

TEST(CommandLine, HelpNamesEveryCommand) {
  const Outcome outcome = run({"--help"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
  for (const Command* command : all_commands())
    EXPECT_THAT(outcome.out, HasSubstr(std::string(command->name) + " "));
}

TEST(CommandLine, EveryCommandHasHelpWithin80Columns) {
  for (const Command* command : all_commands()) {
    const Outcome outcome = run({std::string(command->name), "--help"});
    EXPECT_EQ(outcome.status, 0) << command->name;
    EXPECT_THAT(outcome.out, StartsWith(std::string(command->summary)));
    EXPECT_EQ(run({"help", std::string(command->name)}).out, outcome.out);
    std::size_t begin = 0;
    for (std::size_t end; (end = outcome.out.find('\n', begin)) != std::string::npos;
         begin = end + 1)
      EXPECT_LE(end - begin, 80u) << command->name << ": "
                                  << outcome.out.substr(begin, end - begin);
  }
}

TEST(CommandLine, MisspeltWordsAreOneSentenceWithASuggestion) {
  const Outcome command = run({"completoin", "bash"});
  EXPECT_EQ(command.status, 2);
  EXPECT_EQ(
      command.err,
      "asmforge: no command 'completoin' (did you mean 'completion'?); try asmforge --help\n");
  const Outcome option = run({"completion", "bash", "--hlep"});
  EXPECT_EQ(option.status, 2);
  EXPECT_EQ(option.err,
            "asmforge: completion: no option '--hlep' (did you mean '--help'?); try asmforge "
            "completion --help\n");
}

TEST(CommandLine, RefusesWhatACommandDoesNotTake) {
  EXPECT_EQ(run({"completion", "bash", "--", "cc"}).status, 2);
  EXPECT_EQ(run({"completion", "bash", "zsh"}).status, 2);
  EXPECT_EQ(run({"completion"}).status, 2);
}

TEST(CommandLine, CompletionKnowsEveryCommand) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const Outcome outcome = run({"completion", shell});
    EXPECT_EQ(outcome.status, 0);
    for (const Command* command : all_commands())
      EXPECT_THAT(outcome.out, HasSubstr(std::string(command->name)));
  }
}

TEST(Wrap, BreaksAtSpacesAndIndents) {
  EXPECT_EQ(wrap("one two three", 7, 2), "one two\n  three");
  EXPECT_EQ(wrap("unbreakable", 4, 2), "unbreakable");
  EXPECT_EQ(wrap("", 4, 2), "");
}

}  // namespace
}  // namespace asmforge

#include "forge/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

#include "../support/scratch_dir.h"

namespace asmforge {
namespace {

using testing::HasSubstr;
using testing::SizeIs;
using testing_support::ScratchDir;

Trial some_trial() {
  Trial trial;
  trial.environment.started = "2026-03-01T10:31:07Z";
  trial.settings.seed = ~std::uint64_t{0};
  trial.builds = {{Arm::kBefore, "a", "", "11"}, {Arm::kAfter, "b", "", "22"}};
  for (const Truth truth : {Truth::kTrue, Truth::kTrue, Truth::kFalse, Truth::kUnknown})
    trial.predictions.push_back({"calls(f): 1 -> 0", {truth, 1, 0, "because"}});
  return trial;
}

Verdict some_verdict(VerdictKind kind) {
  Verdict verdict;
  verdict.kind = kind;
  verdict.reason = VerdictReason::kSlower;
  verdict.workloads.resize(1);
  verdict.workloads.front().natural = Effect{1.02, 1.01, 1.03, 0.001, 40};
  return verdict;
}

const JournalContext kContext = {.before_name = "HEAD~1",
                                 .before_commit = "aaaa",
                                 .after_name = "it's \"new\"",
                                 .after_commit = "bbbb",
                                 .binary = "bin/tool",
                                 .check = "invariant-divide",
                                 .transform = ""};

class JournalFile : public testing::Test {
 protected:
  Journal open() {
    Result<Journal> journal = Journal::open(scratch.path());
    if (!journal) ADD_FAILURE() << journal.error().what;
    return std::move(*journal);
  }
  std::string file() { return scratch.path() + "/.asmforge/journal.db"; }
  ScratchDir scratch;
};

TEST_F(JournalFile, RemembersWhatWasAdded) {
  const std::string record = std::string("{\"a\": \"\x01\xc3\xa9'\"}") + std::string(1 << 20, 'x');
  {
    Journal journal = open();
    EXPECT_EQ(*journal.add(kContext, some_trial(), some_verdict(VerdictKind::kRevert), record), 1);
    EXPECT_EQ(*journal.add({}, Trial(), some_verdict(VerdictKind::kAccept), "{}"), 2);
  }
  Journal journal = open();
  const auto entries = journal.entries(std::nullopt, 10);
  ASSERT_TRUE(entries) << entries.error().what;
  ASSERT_THAT(*entries, SizeIs(2));
  EXPECT_EQ((*entries)[0].number, 2);
  const JournalEntry& first = (*entries)[1];
  EXPECT_EQ(first.started, "2026-03-01T10:31:07Z");
  EXPECT_EQ(first.context.before_name, "HEAD~1");
  EXPECT_EQ(first.context.after_name, "it's \"new\"");
  EXPECT_EQ(first.context.after_commit, "bbbb");
  EXPECT_EQ(first.context.binary, "bin/tool");
  EXPECT_EQ(first.context.check, "invariant-divide");
  EXPECT_EQ(first.kind, VerdictKind::kRevert);
  EXPECT_EQ(first.reason, VerdictReason::kSlower);
  const Effect effect = first.effect.value_or(Effect());
  EXPECT_EQ(effect.ratio, 1.02);
  EXPECT_EQ(effect.high, 1.03);
  EXPECT_EQ(first.true_predictions, 2);
  EXPECT_EQ(first.false_predictions, 1);
  EXPECT_EQ(first.unknown_predictions, 1);
  EXPECT_EQ(*journal.record(1), record);
  EXPECT_EQ(journal.record(3).error().what, "the journal has no entry 3");
  EXPECT_THAT(*journal.entries(VerdictKind::kAccept, 10), SizeIs(1));
  EXPECT_THAT(*journal.entries(VerdictKind::kSame, 10), SizeIs(0));
  EXPECT_THAT(*journal.entries(std::nullopt, 1), SizeIs(1));
}

TEST_F(JournalFile, ScoresWhatWasPredicted) {
  Journal journal = open();
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(journal.add(kContext, some_trial(), some_verdict(VerdictKind::kRevert), "{}"));
  JournalContext flag = kContext;
  flag.transform = "flag";
  EXPECT_TRUE(journal.add(flag, some_trial(), some_verdict(VerdictKind::kAccept), "{}"));
  const auto scores = journal.scores();
  ASSERT_TRUE(scores) << scores.error().what;
  ASSERT_THAT(*scores, SizeIs(2));
  EXPECT_EQ((*scores)[0].check, "invariant-divide");
  EXPECT_EQ((*scores)[0].came_true, 6);
  EXPECT_EQ((*scores)[0].came_false, 3);
  EXPECT_EQ((*scores)[0].unknown, 3);
  EXPECT_EQ((*scores)[1].transform, "flag");
  EXPECT_EQ((*scores)[1].came_true, 2);
}

TEST_F(JournalFile, AFileThatIsNoJournalIsLeftAlone) {
  static_cast<void>(open());
  std::ofstream(file(), std::ios::trunc)
      << "this is no database, and longer than a header of one is";
  const auto none = Journal::open(scratch.path());
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kBadInput);
  EXPECT_THAT(none.error().what, HasSubstr("journal.db: file is not a database"));
  std::ifstream after(file());
  std::string word;
  after >> word;
  EXPECT_EQ(word, "this");
}

TEST_F(JournalFile, AJournalOfALaterVersionIsNotTouched) {
  static_cast<void>(open());
  {
    auto database = Database::open(file(), std::array{"", "", "", "", "CREATE TABLE later (x)"});
    ASSERT_TRUE(database) << database.error().what;
  }
  const auto later = Journal::open(scratch.path());
  ASSERT_FALSE(later);
  EXPECT_THAT(later.error().what, HasSubstr("has version 5, and this asmforge knows up to 4"));
}

// Killed while it writes: what was added before is there, whole, and nothing else is.
TEST_F(JournalFile, AFullDiskIsSaidAndKeepsWhatWasThere) {
  {
    Journal journal = open();
    ASSERT_TRUE(journal.add(kContext, some_trial(), some_verdict(VerdictKind::kRevert), "record"));
    ASSERT_TRUE(journal.database().run("PRAGMA max_page_count = 1"));  // what it has, and no more
    const auto added = journal.add(kContext, some_trial(), some_verdict(VerdictKind::kRevert),
                                   std::string(1 << 20, 'x'));
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().code, ErrorCode::kUnavailable);
    EXPECT_THAT(added.error().what, HasSubstr("database or disk is full"));
    EXPECT_EQ(added.error().hint, "make room");
  }
  Journal journal = open();
  EXPECT_THAT(*journal.entries(std::nullopt, 9), SizeIs(1));
  EXPECT_TRUE(journal.add(kContext, some_trial(), some_verdict(VerdictKind::kRevert), "record"));
}

TEST_F(JournalFile, IsSoundAfterBeingKilled) {
  const std::string record(100'000, 'r');
  std::size_t kept = 0;
  for (int round = 0; round < 8; ++round) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      Journal journal = open();
      while (journal.add(kContext, some_trial(), some_verdict(VerdictKind::kRevert), record)) {
      }
      _exit(1);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20 + 17 * round));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "adding failed";
    Journal journal = open();
    const auto entries = journal.entries(std::nullopt, 1 << 20);
    ASSERT_TRUE(entries) << entries.error().what;
    EXPECT_GE(entries->size(), kept);
    kept = entries->size();
    for (const JournalEntry& entry : *entries) {
      EXPECT_EQ(entry.true_predictions + entry.false_predictions + entry.unknown_predictions, 4);
      EXPECT_EQ(journal.record(entry.number)->size(), record.size());
    }
  }
  EXPECT_GT(kept, 0U);
}

}  // namespace
}  // namespace asmforge

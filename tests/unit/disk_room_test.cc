#include "forge/disk_room.h"

#include <gtest/gtest.h>

namespace asmforge {
namespace {

TEST(DiskRoomTest, WordsAboutAFullDiskAreTold) {
  EXPECT_TRUE(is_about_full_disk("error: unable to open x.o: 'No space left on device'"));
  EXPECT_TRUE(is_about_full_disk("x: Disk quota exceeded"));
  EXPECT_TRUE(is_about_full_disk("j.db: database or disk is full"));
  EXPECT_FALSE(is_about_full_disk("error: use of undeclared identifier 'disk'"));
  EXPECT_EQ(line_about_full_disk("one\nld: final link failed: No space left on device\nthree"),
            "ld: final link failed: No space left on device");
  EXPECT_EQ(line_about_full_disk("one\ntwo"), "");
}

TEST(DiskRoomTest, ATrialThatDidNotFitIsNoVerdict) {
  Trial trial;
  trial.notes = {"a note"};
  EXPECT_EQ(full_disk_in(trial), "");
  Trial stage = trial;
  stage.layout_stages.resize(1);
  stage.layout_stages[0].reason = "a: No space left on device";
  EXPECT_EQ(full_disk_in(stage), "a: No space left on device");
  Trial gate = trial;
  gate.gates.push_back({"check", GateOutcome::kFailed, "b: No space left on device"});
  EXPECT_EQ(full_disk_in(gate), "b: No space left on device");
  trial.failure = "c: No space left on device";
  EXPECT_EQ(full_disk_in(trial), "c: No space left on device");
}

TEST(DiskRoomTest, AFolderOnARealDiskHasRoomOrIsNotJudged) {
  EXPECT_TRUE(check_room("/none/there"));
}

}  // namespace
}  // namespace asmforge

// Profiles on disk, and which of their parts is about which build.
#include "collect/profiles/profile_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace asmforge {
namespace {

using testing::HasSubstr;

Profile sample_profile() {
  Profile profile;
  profile.tool = "qemu-x86_64 7.2.22";
  profile.command = {"./prog", "a \"b\"\n", std::string("\xff\xfe", 2)};
  profile.features_not_seen = {"avx512f"};
  profile.notes = {"a note"};
  profile.complete = false;
  ProfileModule program;
  program.path = "/tmp/pro\xc3\xa9g";
  program.build_id = "00ff";
  for (std::uint64_t i = 0; i < 600; ++i) program.entries.push_back({0x1000 + 3 * i, i * i});
  for (const ProfileEntry& entry : program.entries) program.total += entry.count;
  ProfileModule library;
  library.path = "/lib/x.so";
  library.content_hash = "0123456789abcdef";
  library.entries = {{0, 7}, {0xffffffffffffffff, 1}};
  library.total = 8;
  profile.modules = {program, library};
  profile.unattributed = 5;
  profile.total = program.total + library.total + 5;
  return profile;
}

TEST(ProfileFile, WhatIsWrittenIsRead) {
  const Profile written = sample_profile();
  const std::string text = profile_text(written);
  const Result<Profile> read = parse_profile(text);
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->total, written.total);
  EXPECT_EQ(read->unattributed, 5U);
  EXPECT_FALSE(read->complete);
  EXPECT_EQ(read->features_not_seen, written.features_not_seen);
  EXPECT_EQ(read->command[1], written.command[1]);
  EXPECT_EQ(read->modules[0].path, written.modules[0].path);
  ASSERT_EQ(read->modules[0].entries.size(), 600U);
  EXPECT_EQ(count_at(read->modules[0], 0x1000 + 3 * 599), 599U * 599U);
  EXPECT_EQ(read->modules[1].content_hash, "0123456789abcdef");
  EXPECT_EQ(count_at(read->modules[1], 0xffffffffffffffff), 1U);
  EXPECT_EQ(profile_text(*read), text);
}

TEST(ProfileFile, EveryTruncationIsRefused) {
  const std::string text = profile_text(sample_profile());
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_FALSE(parse_profile(std::string_view(text).substr(0, size))) << size;
}

TEST(ProfileFile, CutAtALineSaysSo) {
  std::string text = profile_text(sample_profile());
  text.resize(text.rfind("{\"end\""));
  const Result<Profile> read = parse_profile(text);
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().what, HasSubstr("cut short"));
}

TEST(ProfileFile, ChangedDigitsAreRefused) {
  const std::string text = profile_text(sample_profile());
  // Counts and totals check each other; what remains is text.
  const std::size_t rows = text.find("\"counts\":[[") + 11;
  std::size_t refused = 0;
  std::size_t tried = 0;
  for (std::size_t at = rows; at < rows + 500; ++at) {
    if (text[at] < '0' || text[at] > '8') continue;
    std::string changed = text;
    ++changed[at];
    ++tried;
    refused += parse_profile(changed) ? 0 : 1;
  }
  // A changed address can still ascend; a changed count never adds up.
  EXPECT_GT(refused, tried / 3);
  std::string total = text;
  ++total[total.find("\"unattributed\":") + 15];
  EXPECT_FALSE(parse_profile(total));
}

TEST(ProfileFile, OtherFilesAreRefused) {
  EXPECT_THAT(parse_profile("").error().what, HasSubstr("no asmforge profile"));
  EXPECT_THAT(parse_profile("\x7f"
                            "ELF")
                  .error()
                  .what,
              HasSubstr("no asmforge profile"));
  EXPECT_THAT(parse_profile("{\"schema\":\"asmforge/profile/2\"}\n").error().what,
              HasSubstr("another version"));
}

TEST(ProfileFile, IsReplacedInOneStep) {
  const std::string path = testing::TempDir() + "asmforge-profile-" + std::to_string(getpid());
  std::ofstream(path) << "old";
  ASSERT_TRUE(write_profile(sample_profile(), path));
  EXPECT_TRUE(read_profile(path));
  unlink(path.c_str());
  EXPECT_FALSE(write_profile(sample_profile(), "/nowhere/profile"));
}

Binary binary_with(std::string path, std::string build_id) {
  Binary binary;
  binary.path = std::move(path);
  binary.build_id = std::move(build_id);
  return binary;
}

TEST(MatchProfile, BuildIdsDecide) {
  Profile profile;
  profile.modules.resize(2);
  profile.modules[0].path = "/usr/bin/prog";
  profile.modules[0].build_id = "aa";
  profile.modules[1].path = "/lib/libx.so";
  profile.modules[1].build_id = "bb";
  const auto same = match_profile(profile, binary_with("renamed", "bb"));
  ASSERT_TRUE(same);
  EXPECT_EQ(*same, &profile.modules[1]);

  const auto other = match_profile(profile, binary_with("./prog", "cc"));
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().what, HasSubstr("build id aa"));
  EXPECT_THAT(other.error().what, HasSubstr("build id cc"));

  const auto none = match_profile(profile, binary_with("./else", "cc"));
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().what, HasSubstr("has nothing of this file"));
  EXPECT_THAT(none.error().what, HasSubstr("prog, libx.so"));
}

TEST(Profile, ZeroMeansNeverRanOnlyWhenAllWasSeen) {
  Profile profile;
  EXPECT_TRUE(zero_means_never_ran(profile));
  profile.complete = false;
  EXPECT_FALSE(zero_means_never_ran(profile));
  profile.complete = true;
  profile.features_not_seen = {"avx512f"};
  EXPECT_FALSE(zero_means_never_ran(profile));
  profile.features_not_seen.clear();
  profile.source = ProfileSource::kSamples;
  EXPECT_FALSE(zero_means_never_ran(profile));
}

TEST(Profile, ShareOfAnEmptyProfileIsZero) {
  Profile profile;
  EXPECT_EQ(share(profile, 0), 0.0);
  profile.total = 200;
  EXPECT_EQ(share(profile, 50), 0.25);
}

}  // namespace
}  // namespace asmforge

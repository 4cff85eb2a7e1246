#include "audit/baseline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "../support/scratch_dir.h"

namespace asmforge {
namespace {

using testing::HasSubstr;
using testing_support::ScratchDir;

Finding finding(const std::string& fingerprint, const std::string& function) {
  Finding f;
  f.check = "invariant-divide";
  f.function = function;
  f.fingerprint = fingerprint;
  return f;
}

TEST(BaselineTest, WhatIsWrittenIsKnownAgain) {
  Finding known = finding("aa:1", "f");
  known.source.frames = {{"f", "f\n\".c", "/src", 3, 0}};
  Finding gone = finding("bb:1", "g\xff\"{");
  Finding ignored = finding("cc:1", "h");
  ignored.ignored = IgnoreComment{"a reason", {}};
  const std::vector<const Finding*> before = {&gone, &known, &ignored};
  const ScratchDir scratch;
  const std::string path = scratch.path() + "/base.json";
  std::ofstream(path) << baseline_text(before);

  const Result<Baseline> baseline = read_baseline(path);
  ASSERT_TRUE(baseline) << baseline.error().what;
  ASSERT_EQ(baseline->size(), 2U);
  EXPECT_EQ(baseline->front().source, "f\n\".c:3");
  Finding fresh = finding("aa:2", "f");
  const std::vector<Finding*> now = {&fresh, &known};
  const auto missing = mark_known(*baseline, now);
  ASSERT_EQ(missing.size(), 1U);
  EXPECT_EQ(missing.front()->fingerprint, "bb:1");
  EXPECT_TRUE(fresh.counts());
  EXPECT_FALSE(known.counts());
}

TEST(BaselineTest, TheOrderIsThatOfTheNames) {
  const Finding a = finding("zz:1", "a");
  const Finding b = finding("aa:1", "b");
  const std::vector<const Finding*> one = {&a, &b};
  const std::vector<const Finding*> other = {&b, &a};
  EXPECT_EQ(baseline_text(one), baseline_text(other));
  EXPECT_LT(baseline_text(one).find("zz:1"), baseline_text(one).find("aa:1"));
}

}  // namespace
}  // namespace asmforge

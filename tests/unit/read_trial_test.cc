#include "verdict/read_trial.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../support/made_trial.h"
#include "report/writers/verdict.h"
#include "verdict/decide.h"

namespace asmforge {
namespace {

using made::MadeTrial;
using testing::HasSubstr;

MadeTrial small() {
  MadeTrial made(7);
  made.natural(-0.02, 6);
  made.placement({0, 0}, {0, 0}, 1);
  return made;
}

std::string record_of(const Trial& trial) {
  std::string text;
  {
    Output out(text);
    write_verdict_json(trial, decide(trial), out);
  }
  return text;
}

// The small record with one text replaced.
std::string edited(std::string_view old_text, std::string_view new_text) {
  std::string text = record_of(small().trial);
  const std::size_t at = text.find(old_text);
  EXPECT_NE(at, std::string::npos) << old_text;
  return text.replace(at, old_text.size(), new_text);
}

TEST(ReadTrial, EachDefectIsOneSentenceWithItsPlace) {
  struct Case {
    std::string_view old_text;
    std::string_view new_text;
    std::string_view sentence;
  };
  const Case cases[] = {
      {"asmforge/ab/1", "asmforge/ab/2",
       "is of the schema asmforge/ab/2, and this version reads asmforge/ab/1"},
      {"asmforge/ab/1", "asmforge/list/1", "is no record of a comparison"},
      {"\"verdict\"", "\"verdikt\"", "verdict is missing"},
      {"\"INVESTIGATE\"", "\"PERHAPS\"", "verdict is an unknown 'PERHAPS'"},
      {"\"floor\":0.005", "\"floor\":-1", "settings.floor is no share below 1"},
      {"\"floor\":0.005", "\"floor\":NaN", "is not JSON"},
      {"\"floor\":0.005", "\"floor\":null", "settings.floor is no number"},
      {"\"alpha\":0.01", "\"alpha\":0.5", "settings.alpha is not between 0 and 0.5"},
      {"\"pinned\":false", "\"pinned\":0", "environment.pinned is neither true nor false"},
      {"\"processors\":0", "\"processors\":4294967296",
       "environment.processors is no whole number up to 4294967295"},
      {"\"exit_status\":0", "\"exit_status\":1e3", "workloads[0].exit_status is no whole number"},
      {"\"metric\":{\"source\"", "\"metric\":{\"origin\"", "workloads[0].metric.source is missing"},
      {"\"units\":[10,20", "\"units\":[20,20", "natural_looks[0].units does not ascend"},
      {"\"units\":[10", "\"units\":[0", "natural_looks[0].units does not ascend"},
      {"\"link_alignment\":16", "\"link_alignment\":0", "layout_stages[0].link_alignment is 0"},
      {"\"residue\":32", "\"residue\":64", "layouts[1].residue is not below 64"},
      {"\"index\":1", "\"index\":0", "layouts[1]: layout 0 is there twice"},
      {"\"run_fields\": [\"arm\"", "\"run_fields\": [\"stage\"",
       "run_fields does not name 'arm' once"},
      {"[\"before\",\"natural\",0", "[\"before\",\"natural\",1", ": there is no workload 1"},
      {"[\"before\",\"natural\",0", "[\"before\",\"natural\",-1",
       "].workload is no whole number up to 4294967295"},
      {"[\"before\",\"natural\",0", "[\"before\",\"revert\",0,1",
       "is no array of 23 values, as run_fields has"},
      {"[\"before\",\"placement\",0", "[\"before\",\"natural\",0",
       ": a run of the natural stage has a layout"},
      {"[\"before\",\"placement\",0", "[\"control\",\"placement\",0",
       ": there is no layout 0 of that stage and arm"},
      {"[\"before\",\"placement\",0", "[\"before\",\"lunch\",0", "].stage is an unknown 'lunch'"},
      {"\"runs\": [", "\"runs\": [7,", "runs[0] is no array of 23 values"},
      {"\"runs\": [", "\"runs\": 7, \"walks\": [", "runs is no array"},
  };
  for (const Case& c : cases) {
    const Result<RecordedTrial> read = parse_trial(edited(c.old_text, c.new_text));
    ASSERT_FALSE(read) << c.new_text;
    EXPECT_THAT(read.error().what, HasSubstr(std::string(c.sentence)));
    EXPECT_EQ(read.error().code, ErrorCode::kBadInput);
  }
  EXPECT_TRUE(parse_trial(edited("\"notes\"", "\"later_member\": [], \"notes\"")));
}

TEST(ReadTrial, ManyRunsStaySmall) {
  MadeTrial made(3);
  made.natural(0, 500);
  for (RunSample& run : made.trial.runs) {
    run.cpu_seconds = run.wall_seconds = run.waited_seconds = run.value;
    run.minor_faults = run.peak_resident_bytes = 123456789;
    run.output_hash = "0123456789abcdef0123456789abcdef";
  }
  ASSERT_EQ(made.trial.runs.size(), 2000u);
  EXPECT_LT(record_of(made.trial).size(), 600'000u);
}

TEST(ReadTrial, WhatWasRecordedIsToldApartFromWhatIsDecided) {
  const Result<RecordedTrial> read = parse_trial(edited("\"INVESTIGATE\"", "\"ACCEPT\""));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->kind, VerdictKind::kAccept);
  EXPECT_EQ(decide(read->trial).kind, VerdictKind::kInvestigate);
}

}  // namespace
}  // namespace asmforge

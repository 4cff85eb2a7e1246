// What `asmforge audit` prints of findings, on findings made here.
#include "report/writers/findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace asmforge {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Finding finding(Confidence confidence, const std::string& reason) {
  Finding f;
  f.check = "invariant-load-in-loop";
  f.function = "_ZN2ns5parseEPKc";
  f.demangled = "ns::parse(char const*)";
  f.loop = 2;
  f.predicate.function = f.function;
  f.evidence = {{0x401000, "mov eax, dword ptr [rdi]", "the same address in every iteration"}};
  f.insns = {0};
  f.title = "a title";
  f.cause = "a cause";
  f.confidence = confidence;
  f.confidence_reason = reason;
  return f;
}

std::string text_of(std::vector<Finding> findings, bool json = false) {
  Binary binary;
  std::vector<AuditedFile> files(1);
  files[0].binary = &binary;
  files[0].report.findings = std::move(findings);
  std::string text;
  {
    Output out(text);
    if (json)
      write_findings_json(files, out);
    else
      write_findings(files, {}, Palette{}, out);
  }
  return text;
}

TEST(FindingsWriterTest, SaysHowMuchEvidenceIsNotShown) {
  Finding f = finding(Confidence::kPattern, "a reason");
  EXPECT_THAT(text_of({f}), Not(HasSubstr("more instruction")));
  f.left_out = 1;
  EXPECT_THAT(text_of({f}), HasSubstr("\n      and 1 more instruction\n"));
  f.left_out = 5;
  EXPECT_THAT(text_of({f}), HasSubstr("\n      and 5 more instructions\n"));
  EXPECT_THAT(text_of({f}, true), HasSubstr("\"left_out\":5,"));
}

TEST(FindingsWriterTest, SaysWhyTheConfidenceIsLowerThoughTheExplanationIsShared) {
  const std::string text = text_of(
      {finding(Confidence::kProved, ""), finding(Confidence::kHint, "no register is free")});
  EXPECT_THAT(text, HasSubstr("confidence: proved\n"));
  EXPECT_THAT(text, HasSubstr("confidence: hint: no register is free\n"));
  EXPECT_THAT(text, HasSubstr("why, fix  as in 1\n"));
  EXPECT_THAT(text_of({finding(Confidence::kHint, "no register is free")}, true),
              HasSubstr("\"confidence_reason\":\"no register is free\""));
}

// The line that must become true names the function as the line above it does.
TEST(FindingsWriterTest, PredictsWithTheNameThatPeopleRead) {
  const std::string text = text_of({finding(Confidence::kProved, "")});
  EXPECT_THAT(text, HasSubstr("in        ns::parse(char const*), loop 2"));
  EXPECT_THAT(text, HasSubstr("predicts  instructions(ns::parse(char const*)"));
  EXPECT_THAT(text, Not(HasSubstr("_ZN2ns")));
}

TEST(FindingsWriterTest, MarksLibraryCode) {
  Finding f = finding(Confidence::kProved, "");
  EXPECT_THAT(text_of({f}), Not(HasSubstr("library code,")));
  f.library_code = true;
  EXPECT_THAT(text_of({f}), HasSubstr("ns::parse(char const*), library code, loop 2"));
  EXPECT_THAT(text_of({f}, true), HasSubstr("\"library_code\":true"));
}

}  // namespace
}  // namespace asmforge

#include "audit/ignore_comments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace asmforge {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A finding at line 10 of f.c, whose loop begins at line 8.
AuditReport audited(const std::string& check = "invariant-divide") {
  Finding finding;
  finding.check = check;
  finding.source.frames = {{"f", "f.c", "/src", 10, 0}, {"main", "main.c", "/src", 3, 0}};
  finding.predicate.loop.source_file = "f.c";
  finding.predicate.loop.source_line = 8;
  AuditReport report;
  report.findings = {finding};
  return report;
}

using Lines = std::map<std::pair<std::string, std::uint32_t>, std::string>;

AuditReport marked(const Lines& lines, AuditReport report = audited()) {
  mark_ignored(
      [&](const SourceFrame& frame) -> std::optional<std::string> {
        const auto found = lines.find({frame.file, frame.line});
        if (found == lines.end()) return std::nullopt;
        return found->second;
      },
      report);
  return report;
}

std::string reason_of(const AuditReport& report) {
  const auto& ignored = report.findings.front().ignored;
  return ignored ? ignored->reason : "(counts)";
}

TEST(IgnoreCommentsTest, StandsAtTheLineOrAboveItWhereverItWasInlinedOrTheLoopBegins) {
  const std::string comment = "// asmforge: ignore invariant-divide it is small";
  for (const auto& [file, line] : {std::pair("f.c", 9U),
                                   {"f.c", 8U},
                                   {"f.c", 7U},
                                   {"main.c", 3U},
                                   {"main.c", 2U},
                                   {"f.c", 10U}})
    EXPECT_EQ(reason_of(marked({{{file, line}, comment}})), "it is small") << file << line;
  for (const auto& [file, line] : {std::pair("f.c", 11U), {"f.c", 6U}, {"main.c", 4U}})
    EXPECT_EQ(reason_of(marked({{{file, line}, comment}})), "(counts)") << file << line;
}

TEST(IgnoreCommentsTest, AboveTheLineNothingButCommentMayStand) {
  const std::string words = "asmforge: ignore invariant-divide it is small";
  EXPECT_EQ(reason_of(marked({{{"f.c", 9}, "/* " + words + " */"}})), "it is small");
  EXPECT_EQ(reason_of(marked({{{"f.c", 9}, "* " + words}})), "it is small");
  EXPECT_EQ(reason_of(marked({{{"f.c", 9}, "x /= y;  // " + words}})), "(counts)");
  EXPECT_EQ(reason_of(marked({{{"f.c", 9}, "/* " + words + " */ x /= y;"}})), "(counts)");
  EXPECT_EQ(reason_of(marked({{{"f.c", 10}, "x /= y;  /* " + words + " */"}})), "it is small");
  EXPECT_EQ(reason_of(marked({{{"f.c", 10}, "say(\"" + words + "\");"}})), "(counts)");
}

TEST(IgnoreCommentsTest, NamesEachCheckThatItIgnores) {
  const Lines both = {{{"f.c", 10},
                       "// asmforge: ignore bounds-check-in-loop a // asmforge: ignore "
                       "invariant-divide: b c"}};
  EXPECT_EQ(reason_of(marked(both)), "b c");
  EXPECT_EQ(reason_of(marked(both, audited("bounds-check-in-loop"))), "a");
  EXPECT_EQ(reason_of(marked(both, audited("invariant-load-in-loop"))), "(counts)");
}

TEST(IgnoreCommentsTest, SaysWhatIsWrongWithOneOnce) {
  const auto notes = [](const std::string& words) {
    const AuditReport report = marked({{{"f.c", 10}, "// asmforge: ignore" + words}});
    EXPECT_EQ(reason_of(report), "(counts)");
    return report.notes;
  };
  EXPECT_THAT(notes(" invariant-divide"), ElementsAre("f.c:10: 'asmforge: ignore' gives no reason, "
                                                      "so it ignores nothing"));
  EXPECT_THAT(notes(""), ElementsAre(HasSubstr("names no check,")));
  EXPECT_THAT(notes(" invariant-divid it is"),
              ElementsAre(HasSubstr("(did you mean 'invariant-divide'?)")));
  EXPECT_THAT(notes(" bounds-check-in-loop another"), IsEmpty());
}

}  // namespace
}  // namespace asmforge

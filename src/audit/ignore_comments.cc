#include "audit/ignore_comments.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/check.h"
#include "base/suggest.h"
#include "base/text.h"

namespace asmforge {
namespace {

constexpr std::string_view kWords = "asmforge: ignore";

struct Comment {
  std::string check;
  std::string reason;
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// What stands behind the words, up to the comment's end or the next such words.
Comment comment_in(std::string_view rest) {
  rest = rest.substr(0, std::min(rest.find("*/"), rest.find(kWords)));
  rest = trimmed(rest);
  const auto in_id = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; };
  const auto end = std::ranges::find_if_not(rest, in_id);
  const auto length = static_cast<std::size_t>(end - rest.begin());
  std::string_view reason = trimmed(rest.substr(length));
  while (!reason.empty() && (reason.front() == ':' || reason.front() == ',')) {
    reason.remove_prefix(1);
    reason = trimmed(reason);
  }
  // The comment sign of the next words, when two stand in one line.
  while (reason.ends_with('/') || reason.ends_with('*')) reason.remove_suffix(1);
  return {std::string(rest.substr(0, length)), std::string(trimmed(reason))};
}

std::vector<Comment> comments_in(std::string_view line) {
  std::vector<Comment> comments;
  const std::size_t begin = std::min(line.find("//"), line.find("/*"));
  const bool goes_on = line.starts_with("* ");  // a line of a long comment
  if (begin == line.npos && !goes_on) return comments;
  for (std::size_t at = line.find(kWords, goes_on ? 0 : begin); at != line.npos;
       at = line.find(kWords, at + kWords.size()))
    comments.push_back(comment_in(line.substr(at + kWords.size())));
  return comments;
}

bool only_comment(std::string_view line) {
  if (line.starts_with("//")) return true;
  const std::size_t end = line.find("*/");
  return (line.starts_with("/*") || line.starts_with("* ")) &&
         (end == line.npos || end + 2 == line.size());
}

class Marker {
 public:
  Marker(const LineOfSource& line_of, AuditReport& report) : line_of_(line_of), report_(report) {}

  void mark(Finding& finding) {
    for (const SourceFrame& place : places_of(finding)) {
      look_at(place, false, finding);
      if (place.line < 2) continue;
      SourceFrame above = place;
      --above.line;
      look_at(above, true, finding);
    }
  }

 private:
  static std::vector<SourceFrame> places_of(const Finding& finding) {
    std::vector<SourceFrame> places = finding.source.frames;
    const LoopSelector& loop = finding.predicate.loop;
    for (const SourceFrame& frame : finding.source.frames) {
      if (loop.source_line == 0 || frame.file != loop.source_file) continue;
      places.push_back(frame);
      places.back().line = loop.source_line;
      break;
    }
    return places;
  }

  void look_at(const SourceFrame& place, bool above, Finding& finding) {
    if (place.line == 0) return;
    const std::optional<std::string> line = line_of_(place);
    if (!line || (above && !only_comment(*line))) return;
    for (Comment& comment : comments_in(*line)) {
      if (const std::string wrong = problem_of(comment); !wrong.empty())
        complain(place, wrong);
      else if (comment.check == finding.check && !finding.ignored)
        finding.ignored = IgnoreComment{std::move(comment.reason), place};
    }
  }

  static std::string problem_of(const Comment& comment) {
    if (comment.check.empty()) return "names no check";
    if (check_by_id(comment.check) != nullptr)
      return comment.reason.empty() ? "gives no reason" : "";
    std::vector<std::string_view> known;
    for (const Check* check : all_checks()) known.push_back(check->id);
    const std::vector<std::size_t> nearest = nearest_names(comment.check, known, 1);
    return fmt::format(
        "names no check: '{}'{}", printable(comment.check),
        nearest.empty() ? "" : fmt::format(" (did you mean '{}'?)", known[nearest[0]]));
  }

  void complain(const SourceFrame& place, const std::string& wrong) {
    if (!complained_.emplace(place.file, place.line).second) return;
    report_.notes.push_back(fmt::format("{}:{}: '{}' {}, so it ignores nothing",
                                        printable(place.file), place.line, kWords, wrong));
  }

  const LineOfSource& line_of_;
  AuditReport& report_;
  std::set<std::pair<std::string, std::uint32_t>> complained_;
};

}  // namespace

void mark_ignored(const LineOfSource& line_of, AuditReport& report) {
  Marker marker(line_of, report);
  for (Finding& finding : report.findings) marker.mark(finding);
}

}  // namespace asmforge

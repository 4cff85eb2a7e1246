#include "report/sarif_patch.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace asmforge {
namespace {

class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}
  std::optional<std::string_view> next() {
    if (rest_.empty()) return std::nullopt;
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    return line;
  }

 private:
  std::string_view rest_;
};

bool take_number(std::string_view& text, std::uint32_t& number) {
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(stopped - text.data()));
  return true;
}

// "12,3" or "12", of which the count is 1.
bool take_range(std::string_view& text, std::uint32_t& first, std::uint32_t& count) {
  count = 1;
  if (!take_number(text, first)) return false;
  if (!text.starts_with(',')) return true;
  text.remove_prefix(1);
  return take_number(text, count);
}

struct Hunk {
  std::uint32_t old_first = 0;
  std::uint32_t old_count = 0;
  std::uint32_t new_count = 0;
};

// "@@ -12,3 +12,4 @@ int main()"
std::optional<Hunk> hunk_in(std::string_view line) {
  constexpr std::string_view kBegin = "@@ -";
  Hunk hunk;
  std::uint32_t new_first = 0;
  line.remove_prefix(kBegin.size());
  if (!take_range(line, hunk.old_first, hunk.old_count) || !line.starts_with(" +"))
    return std::nullopt;
  line.remove_prefix(2);
  if (!take_range(line, new_first, hunk.new_count) || !line.starts_with(" @@")) return std::nullopt;
  return hunk;
}

// Of "--- a/src/x.c"; nothing for names that need quotes, and for none.
std::optional<std::string> file_in(std::string_view line) {
  line.remove_prefix(4);
  line = line.substr(0, line.find('\t'));
  if (line == "/dev/null" || line.starts_with('"')) return std::nullopt;
  if (line.starts_with("a/") || line.starts_with("b/")) line.remove_prefix(2);
  if (line.empty()) return std::nullopt;
  return std::string(line);
}

// The lines of the hunk's new side.
std::optional<std::string> new_side(Lines& lines, Hunk hunk) {
  std::string text;
  while (hunk.old_count != 0 || hunk.new_count != 0) {
    const std::optional<std::string_view> line = lines.next();
    if (!line) return std::nullopt;
    // An empty line of context may have lost its blank.
    const char sign = line->empty() ? ' ' : line->front();
    const bool is_old = sign == ' ' || sign == '-';
    const bool is_new = sign == ' ' || sign == '+';
    if ((!is_old && !is_new) || (is_old && hunk.old_count == 0) || (is_new && hunk.new_count == 0))
      return std::nullopt;
    hunk.old_count -= is_old ? 1 : 0;
    hunk.new_count -= is_new ? 1 : 0;
    if (is_new) text += std::string(line->empty() ? *line : line->substr(1)) + '\n';
  }
  if (!text.empty()) text.pop_back();
  return text;
}

}  // namespace

std::optional<std::vector<LineReplacement>> line_replacements(std::string_view patch) {
  std::vector<LineReplacement> replacements;
  std::optional<std::string> old_file;
  std::optional<std::string> new_file;
  Lines lines(patch);
  while (const std::optional<std::string_view> line = lines.next()) {
    for (const std::string_view sign : {"rename from ", "copy from ", "GIT binary patch",
                                        "Binary files ", "old mode ", "\\ No newline"})
      if (line->starts_with(sign)) return std::nullopt;
    if (line->starts_with("--- ")) old_file = file_in(*line);
    if (line->starts_with("+++ ")) new_file = file_in(*line);
    if (!line->starts_with("@@ -")) continue;
    const std::optional<Hunk> hunk = hunk_in(*line);
    if (!hunk || !old_file || old_file != new_file || hunk->old_count == 0 || hunk->new_count == 0)
      return std::nullopt;
    std::optional<std::string> text = new_side(lines, *hunk);
    if (!text) return std::nullopt;
    replacements.push_back(
        {*old_file, hunk->old_first, hunk->old_first + hunk->old_count - 1, *std::move(text)});
  }
  if (replacements.empty()) return std::nullopt;
  return replacements;
}

Json sarif_fix(std::string_view words, const std::vector<LineReplacement>& replacements,
               SarifArtifacts& artifacts) {
  Json changes = Json::array();
  for (std::size_t i = 0; i < replacements.size(); ++i) {
    const LineReplacement& one = replacements[i];
    if (i == 0 || one.file != replacements[i - 1].file)
      changes.push_back({{"artifactLocation", artifacts.project_file(one.file)},
                         {"replacements", Json::array()}});
    changes.back()["replacements"].push_back(
        {{"deletedRegion", {{"startLine", one.first}, {"endLine", one.last}}},
         {"insertedContent", {{"text", one.text}}}});
  }
  return {{"description", sarif_message(words)}, {"artifactChanges", std::move(changes)}};
}

}  // namespace asmforge

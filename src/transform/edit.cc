#include "transform/edit.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace asmforge {
namespace {

constexpr std::size_t kContext = 3;  // lines

// With their newlines; the last one may have none.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::size_t size = end == std::string_view::npos ? text.size() : end + 1;
    lines.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

void add_line(std::string& diff, char sign, std::string_view line) {
  diff += sign;
  diff += line;
  if (!line.ends_with('\n')) diff += "\n\\ No newline at end of file\n";
}

}  // namespace

Result<std::string> applied(std::string_view text, const Patch& patch) {
  if (patch.offset > text.size() ||
      text.substr(patch.offset, patch.old_bytes.size()) != patch.old_bytes)
    return Error{ErrorCode::kBadInput, fmt::format("{}: is not what was looked at", patch.file),
                 "plan again"};
  std::string changed(text);
  changed.replace(patch.offset, patch.old_bytes.size(), patch.new_bytes);
  return changed;
}

Patch undo_of(const Patch& patch) {
  return {patch.file, patch.offset, patch.new_bytes, patch.old_bytes};
}

std::string unified_diff(std::string_view text, const Patch& patch) {
  const Result<std::string> changed = applied(text, patch);
  AF_CHECK(changed);
  const std::vector<std::string_view> before = lines_of(text);
  const std::vector<std::string_view> after = lines_of(*changed);
  const std::size_t shorter = std::min(before.size(), after.size());
  std::size_t same_first = 0;
  while (same_first < shorter && before[same_first] == after[same_first]) ++same_first;
  std::size_t same_last = 0;
  while (same_last < shorter - same_first &&
         before[before.size() - 1 - same_last] == after[after.size() - 1 - same_last])
    ++same_last;
  const std::size_t begin = same_first - std::min(same_first, kContext);
  const std::size_t tail = std::min(same_last, kContext);
  const std::size_t before_end = before.size() - same_last;
  const std::size_t after_end = after.size() - same_last;
  std::string diff = fmt::format("--- a/{0}\n+++ b/{0}\n@@ -{1},{2} +{1},{3} @@\n", patch.file,
                                 begin + 1, before_end + tail - begin, after_end + tail - begin);
  for (std::size_t i = begin; i < same_first; ++i) add_line(diff, ' ', before[i]);
  for (std::size_t i = same_first; i < before_end; ++i) add_line(diff, '-', before[i]);
  for (std::size_t i = same_first; i < after_end; ++i) add_line(diff, '+', after[i]);
  for (std::size_t i = before_end; i < before_end + tail; ++i) add_line(diff, ' ', before[i]);
  return diff;
}

}  // namespace asmforge

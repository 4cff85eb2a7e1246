#include "base/suggest.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace asmforge {
namespace {

constexpr unsigned kEdit = 2;  // whole edits in halves

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

unsigned substitution_cost(char a, char b) {
  if (a == b) return 0;
  return lower(a) == lower(b) ? kEdit / 2 : kEdit;
}

}  // namespace

unsigned edit_distance(std::string_view a, std::string_view b, unsigned limit) {
  const std::size_t longer = std::max(a.size(), b.size());
  if ((longer - std::min(a.size(), b.size())) * kEdit > limit) return limit + 1;
  std::vector<unsigned> before_last(b.size() + 1);
  std::vector<unsigned> last(b.size() + 1);
  std::vector<unsigned> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = static_cast<unsigned>(j) * kEdit;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = static_cast<unsigned>(i) * kEdit;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + kEdit, row[j - 1] + kEdit,
                         last[j - 1] + substitution_cost(a[i - 1], b[j - 1])});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + kEdit);
    }
    if (*std::min_element(row.begin(), row.end()) > limit + kEdit) return limit + 1;
    before_last.swap(last);
    last.swap(row);
  }
  return std::min(last[b.size()], limit + 1);
}

std::vector<std::size_t> nearest_names(std::string_view name,
                                       std::span<const std::string_view> known, std::size_t count) {
  const auto limit = static_cast<unsigned>(std::max<std::size_t>(1, name.size() / 3)) * kEdit;
  std::vector<std::pair<unsigned, std::size_t>> ranked;
  for (std::size_t i = 0; i < known.size(); ++i) {
    const unsigned distance = edit_distance(name, known[i], limit);
    if (distance <= limit) ranked.emplace_back(distance, i);
  }
  std::sort(ranked.begin(), ranked.end());
  ranked.resize(std::min(ranked.size(), count));
  std::vector<std::size_t> indices;
  indices.reserve(ranked.size());
  for (const auto& [distance, index] : ranked) indices.push_back(index);
  return indices;
}

}  // namespace asmforge

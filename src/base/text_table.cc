#include "base/text_table.h"

#include <algorithm>

#include "base/text.h"
#include "core/error.h"

namespace asmforge {
namespace {

constexpr std::size_t kGap = 2;         // columns between columns
constexpr std::size_t kLeastLast = 16;  // the last column never gets shorter than this

}  // namespace

void TextTable::add_row(std::vector<std::string> cells) {
  AF_CHECK(cells.size() == columns_.size());
  rows_.push_back(std::move(cells));
}

std::vector<std::string> TextTable::lines(std::size_t width) const {
  std::vector<std::size_t> widest;
  widest.reserve(columns_.size());
  for (const Column& column : columns_) widest.push_back(columns(column.title));
  for (const std::vector<std::string>& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i) widest[i] = std::max(widest[i], columns(row[i]));

  std::size_t before_last = 0;
  for (std::size_t i = 0; i + 1 < widest.size(); ++i) before_last += widest[i] + kGap;
  const std::size_t last_width =
      width == 0 ? 0 : std::max(kLeastLast, width - std::min(width, before_last));

  const auto line = [&](const auto& cell_at) {
    std::string text;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const bool last = i + 1 == columns_.size();
      const std::string cell = last ? shorten(cell_at(i), last_width) : std::string(cell_at(i));
      const std::size_t fill = widest[i] - std::min(widest[i], columns(cell));
      if (columns_[i].align == Align::kRight) text.append(fill, ' ');
      text += cell;
      if (columns_[i].align == Align::kLeft && !last) text.append(fill, ' ');
      if (!last) text.append(kGap, ' ');
    }
    return text;
  };
  std::vector<std::string> all;
  all.reserve(rows_.size() + 1);
  all.push_back(line([&](std::size_t i) { return columns_[i].title; }));
  for (const std::vector<std::string>& row : rows_)
    all.push_back(line([&](std::size_t i) { return row[i]; }));
  return all;
}

}  // namespace asmforge

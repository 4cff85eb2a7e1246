// Rows in aligned columns.
#pragma once

#include <string>
#include <vector>

namespace asmforge {

class TextTable {
 public:
  enum class Align { kLeft, kRight };
  struct Column {
    std::string title;
    Align align = Align::kLeft;
  };

  explicit TextTable(std::vector<Column> table_columns) : columns_(std::move(table_columns)) {}

  // As many cells as columns, printable text.
  void add_row(std::vector<std::string> cells);

  // The titles, then a line for each row, without newlines. Two spaces between
  // columns. The last column is shortened when a line would be wider than
  // `width`; 0: never.
  [[nodiscard]] std::vector<std::string> lines(std::size_t width) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace asmforge

// A TOML file that people wrote, read value by value. What is wrong with it is said with
// line and column:
//
//     asmforge.toml:7:10: 'budget' must be a text
//
// Ask for every key there may be; then `finish` knows the first mistake, or the first key
// that nobody asked for.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace asmforge {

class TomlTable {
 public:
  static Result<TomlTable> read_file(const std::string& path);

  // Nothing when the key is not there, or its value is of another kind, which is a mistake.
  std::optional<std::string> text(std::string_view key);
  std::optional<bool> truth(std::string_view key);
  std::optional<double> number(std::string_view key);
  std::optional<std::int64_t> whole_number(std::string_view key);
  std::optional<std::vector<std::string>> texts(std::string_view key);
  std::optional<TomlTable> table(std::string_view key);
  std::vector<TomlTable> tables(std::string_view key);  // [[key]], in their order
  [[nodiscard]] bool is_text(std::string_view key) const;

  // What is wrong with the value of a key for another reason than its kind, or with the
  // whole table where the key is not there.
  void reject(std::string_view key, const std::string& problem);
  // Over the whole file.
  [[nodiscard]] Result<Done> finish(std::string_view hint) const;

 private:
  struct File;
  TomlTable(std::shared_ptr<File> file, const void* table);
  std::shared_ptr<File> file_;
  const void* table_;  // a toml::table of the file
};

}  // namespace asmforge

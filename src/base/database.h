// An SQLite file that a kill at any moment leaves sound.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/result.h"

struct sqlite3;

namespace asmforge {

using DatabaseValue = std::variant<std::monostate, std::int64_t, double, std::string>;
using DatabaseRow = std::vector<DatabaseValue>;

// Nothing, 0 or "" where the value is null or of another kind.
std::int64_t whole_number_of(const DatabaseValue& value);
double number_of(const DatabaseValue& value);
std::string text_of(const DatabaseValue& value);

class Database {
 public:
  // `migrations[i]` brings a file from version i to i + 1; a new file has version 0.
  // kBadInput for what is no database, or was written by a later version; kUnavailable
  // when the disk does not let us.
  static Result<Database> open(const std::string& path, std::span<const char* const> migrations);

  // One statement with its ?1, ?2... and all of its rows.
  Result<std::vector<DatabaseRow>> run(const std::string& sql,
                                       std::span<const DatabaseValue> values = {});
  // All of it or nothing, also when we are killed in between.
  Result<Done> transaction(const std::function<Result<Done>()>& work);
  [[nodiscard]] std::int64_t last_row() const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  Database(std::string path, sqlite3* handle) : path_(std::move(path)), handle_(handle) {}
  [[nodiscard]] Error failure() const;
  Result<Done> migrate(std::span<const char* const> migrations);

  std::string path_;
  std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace asmforge

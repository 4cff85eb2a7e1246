#include "base/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/text.h"

namespace asmforge {
namespace {

// Two of us may write at once; the second waits this long.
constexpr int kPatienceMilliseconds = 10'000;

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using StatementHandle = std::unique_ptr<sqlite3_stmt, Finalize>;

struct Bind {
  sqlite3_stmt* statement;
  int index;
  int operator()(std::monostate) const { return sqlite3_bind_null(statement, index); }
  int operator()(std::int64_t value) const { return sqlite3_bind_int64(statement, index, value); }
  int operator()(double value) const { return sqlite3_bind_double(statement, index, value); }
  int operator()(const std::string& value) const {
    return sqlite3_bind_text64(statement, index, value.data(), value.size(), SQLITE_STATIC,
                               SQLITE_UTF8);
  }
};

DatabaseValue column_of(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER: return std::int64_t{sqlite3_column_int64(statement, column)};
    case SQLITE_FLOAT: return sqlite3_column_double(statement, column);
    case SQLITE_NULL: return std::monostate();
    default: break;
  }
  // The text first: asking for the size afterwards gives that of this form.
  const void* bytes = sqlite3_column_blob(statement, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
  return bytes == nullptr ? std::string() : std::string(static_cast<const char*>(bytes), size);
}

}  // namespace

std::int64_t whole_number_of(const DatabaseValue& value) {
  const auto* number = std::get_if<std::int64_t>(&value);
  return number == nullptr ? 0 : *number;
}
double number_of(const DatabaseValue& value) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  return static_cast<double>(whole_number_of(value));
}
std::string text_of(const DatabaseValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? std::string() : *text;
}

void Database::Close::operator()(sqlite3* handle) const { sqlite3_close(handle); }

Error Database::failure() const {
  const int code = sqlite3_errcode(handle_.get());
  const std::string why = printable(sqlite3_errmsg(handle_.get()));
  switch (code) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return {ErrorCode::kBadInput, fmt::format("{}: {}", path_, why),
              "move it away; a new one is made"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::kUnavailable, fmt::format("{}: is in use by another process", path_),
              "wait until that one is done"};
    case SQLITE_FULL:
      return {ErrorCode::kUnavailable, fmt::format("{}: {}", path_, why), "make room"};
    default:
      // SQLite says "disk I/O error" alone where a file beside its own cannot grow.
      if (const int reason = sqlite3_system_errno(handle_.get());
          (code & 0xff) == SQLITE_IOERR && (reason == ENOSPC || reason == EDQUOT))
        return {ErrorCode::kUnavailable, fmt::format("{}: {}", path_, std::strerror(reason)),
                "make room"};
      return {ErrorCode::kUnavailable, fmt::format("{}: {}", path_, why),
              "check the disk and its permissions"};
  }
}

Result<Database> Database::open(const std::string& path, std::span<const char* const> migrations) {
  sqlite3* handle = nullptr;
  const int status =
      sqlite3_open_v2(path.c_str(), &handle,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW, nullptr);
  Database database(path, handle);
  if (handle == nullptr)
    return Error{ErrorCode::kUnavailable, fmt::format("{}: no memory", path), ""};
  if (status != SQLITE_OK) return database.failure();
  sqlite3_busy_timeout(handle, kPatienceMilliseconds);
  // What a file holds is data: no function of it may run.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  for (const char* pragma :
       {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON"}) {
    AF_TRY(const auto rows, database.run(pragma));
    static_cast<void>(rows);
  }
  AF_TRY(const Done migrated, database.migrate(migrations));
  static_cast<void>(migrated);
  return database;
}

Result<Done> Database::migrate(std::span<const char* const> migrations) {
  return transaction([&]() -> Result<Done> {
    AF_TRY(const auto rows, run("PRAGMA user_version"));
    const std::int64_t version = rows.empty() ? 0 : whole_number_of(rows.front().front());
    const auto newest = static_cast<std::int64_t>(migrations.size());
    if (version < 0 || version > newest)
      return Error{ErrorCode::kBadInput,
                   fmt::format("{}: has version {}, and this asmforge knows up to {}", path_,
                               version, newest),
                   "use the asmforge that wrote it, or a newer one"};
    for (std::int64_t i = version; i < newest; ++i)
      if (sqlite3_exec(handle_.get(), migrations[static_cast<std::size_t>(i)], nullptr, nullptr,
                       nullptr) != SQLITE_OK)
        return failure();
    AF_TRY(const auto set, run(fmt::format("PRAGMA user_version = {}", newest)));
    static_cast<void>(set);
    return Done{};
  });
}

Result<std::vector<DatabaseRow>> Database::run(const std::string& sql,
                                               std::span<const DatabaseValue> values) {
  sqlite3_stmt* made = nullptr;
  if (sqlite3_prepare_v2(handle_.get(), sql.data(), static_cast<int>(sql.size()), &made, nullptr) !=
      SQLITE_OK)
    return failure();
  const StatementHandle statement(made);
  for (std::size_t i = 0; i < values.size(); ++i)
    if (std::visit(Bind{made, static_cast<int>(i) + 1}, values[i]) != SQLITE_OK) return failure();
  std::vector<DatabaseRow> rows;
  for (;;) {
    const int status = sqlite3_step(made);
    if (status == SQLITE_DONE) return rows;
    if (status != SQLITE_ROW) return failure();
    DatabaseRow& row = rows.emplace_back();
    for (int column = 0; column < sqlite3_column_count(made); ++column)
      row.push_back(column_of(made, column));
  }
}

Result<Done> Database::transaction(const std::function<Result<Done>()>& work) {
  // Immediate: who could not write in the end shall not begin.
  AF_TRY(const auto begun, run("BEGIN IMMEDIATE"));
  static_cast<void>(begun);
  Result<Done> done = work();
  const auto ended = run(done ? "COMMIT" : "ROLLBACK");
  if (done && !ended) {
    static_cast<void>(run("ROLLBACK").has_value());
    return ended.error();
  }
  return done;
}

std::int64_t Database::last_row() const { return sqlite3_last_insert_rowid(handle_.get()); }

}  // namespace asmforge

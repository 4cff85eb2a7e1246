// A project's memory: every comparison with its whole record, and what came of what was
// predicted. An SQLite file, .asmforge/journal.db.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/database.h"
#include "core/journal.h"
#include "core/result.h"
#include "core/trial.h"

namespace asmforge {

class Journal {
 public:
  // Makes .asmforge in the project's folder when it is not there.
  static Result<Journal> open(const std::string& project_directory);

  // `record` is the trial as JSON. The entry's number.
  Result<std::int64_t> add(const JournalContext& context, const Trial& trial,
                           const Verdict& verdict, const std::string& record);
  // The latest first; of one kind of verdict, or all.
  Result<std::vector<JournalEntry>> entries(std::optional<VerdictKind> kind, std::size_t limit);
  // kNotFound when there is none of that number.
  Result<std::string> record(std::int64_t number);
  Result<std::vector<JournalScore>> scores();

 private:
  explicit Journal(Database database) : database_(std::move(database)) {}
  Database database_;
};

}  // namespace asmforge

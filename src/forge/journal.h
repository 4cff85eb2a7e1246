// A project's memory: every comparison with its whole record, and what came of what was
// predicted. An SQLite file, .asmforge/journal.db.
#pragma once

#include <cstdint>
#include <functional>
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

  // `record` is the trial as JSON. The entry's number. `also` is stored with it or not at all.
  Result<std::int64_t> add(const JournalContext& context, const Trial& trial,
                           const Verdict& verdict, const std::string& record,
                           const std::function<Result<Done>(std::int64_t number)>& also = {});
  // The latest first; of one kind of verdict, or all.
  Result<std::vector<JournalEntry>> entries(std::optional<VerdictKind> kind, std::size_t limit);
  // kNotFound when there is none of that number.
  Result<std::string> record(std::int64_t number);
  Result<std::vector<JournalScore>> scores();
  [[nodiscard]] Database& database() { return database_; }

 private:
  explicit Journal(Database database) : database_(std::move(database)) {}
  Database database_;
};

// What decided of a verdict on one workload; several have no number in common.
std::optional<Effect> deciding_effect(const Verdict& verdict);

}  // namespace asmforge

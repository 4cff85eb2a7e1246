#include "forge/journal.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "forge/effect_columns.h"
#include "forge/project.h"

namespace asmforge {
namespace {

// Never changed once it is out: what comes later is another migration.
constexpr std::array kMigrations = {
    R"(
CREATE TABLE trial (
  number INTEGER PRIMARY KEY,
  started TEXT NOT NULL,
  before_name TEXT NOT NULL,
  before_commit TEXT NOT NULL,
  after_name TEXT NOT NULL,
  after_commit TEXT NOT NULL,
  binary TEXT NOT NULL,
  check_id TEXT NOT NULL,
  transform TEXT NOT NULL,
  verdict TEXT NOT NULL,
  reason TEXT NOT NULL,
  ratio REAL, low REAL, high REAL, p REAL,
  seed INTEGER NOT NULL,
  tool_version TEXT NOT NULL,
  record TEXT NOT NULL
);
CREATE TABLE build (
  trial INTEGER NOT NULL REFERENCES trial(number),
  arm TEXT NOT NULL,
  path TEXT NOT NULL,
  build_id TEXT NOT NULL,
  content_hash TEXT NOT NULL
);
CREATE TABLE prediction (
  trial INTEGER NOT NULL REFERENCES trial(number),
  statement TEXT NOT NULL,
  truth TEXT NOT NULL,
  reason TEXT NOT NULL
);
CREATE INDEX build_of_trial ON build(trial);
CREATE INDEX prediction_of_trial ON prediction(trial);
)",
    R"(
CREATE TABLE run (
  number INTEGER PRIMARY KEY,
  started TEXT NOT NULL,
  base_commit TEXT NOT NULL,
  tip_commit TEXT NOT NULL,
  seed INTEGER NOT NULL,
  budget_seconds REAL NOT NULL,
  floor REAL NOT NULL,
  finished INTEGER NOT NULL DEFAULT 0,
  holds INTEGER NOT NULL DEFAULT 0,
  outcome TEXT NOT NULL DEFAULT '',
  applied_commit TEXT NOT NULL DEFAULT '',
  totals TEXT NOT NULL DEFAULT '',
  validations TEXT NOT NULL DEFAULT '',
  total_ratio REAL, total_low REAL, total_high REAL,
  building_seconds REAL NOT NULL DEFAULT 0,
  measuring_seconds REAL NOT NULL DEFAULT 0,
  other_seconds REAL NOT NULL DEFAULT 0
);
CREATE TABLE step (
  run INTEGER NOT NULL REFERENCES run(number),
  ordinal INTEGER NOT NULL,
  name TEXT NOT NULL,
  transform TEXT NOT NULL,
  patch TEXT NOT NULL,
  command TEXT NOT NULL,
  check_id TEXT NOT NULL,
  expectations TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending',
  why TEXT NOT NULL DEFAULT '',
  parent_commit TEXT NOT NULL DEFAULT '',
  commit_hash TEXT NOT NULL DEFAULT '',
  trials TEXT NOT NULL DEFAULT '',
  verdict TEXT,
  reason TEXT NOT NULL DEFAULT '',
  ratio REAL, low REAL, high REAL,
  assembly TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (run, ordinal)
);
)",
    "ALTER TABLE run ADD COLUMN remaining TEXT NOT NULL DEFAULT '';",
    "ALTER TABLE step ADD COLUMN assumption TEXT NOT NULL DEFAULT '';"};

JournalEntry entry_of(const DatabaseRow& row) {
  JournalEntry entry;
  entry.number = whole_number_of(row[0]);
  entry.started = text_of(row[1]);
  entry.context = {text_of(row[2]), text_of(row[3]), text_of(row[4]), text_of(row[5]),
                   text_of(row[6]), text_of(row[7]), text_of(row[8])};
  entry.kind = verdict_kind_from_string(text_of(row[9])).value_or(VerdictKind::kInvestigate);
  entry.reason = verdict_reason_from_string(text_of(row[10])).value_or(VerdictReason::kUnfit);
  entry.effect = effect_in(row, 11);
  if (entry.effect) entry.effect->p = number_of(row[14]);
  entry.true_predictions = whole_number_of(row[15]);
  entry.false_predictions = whole_number_of(row[16]);
  entry.unknown_predictions = whole_number_of(row[17]);
  return entry;
}

}  // namespace

std::optional<Effect> deciding_effect(const Verdict& verdict) {
  if (verdict.workloads.size() != 1) return std::nullopt;
  const WorkloadVerdict& only = verdict.workloads.front();
  if (only.exact_before && only.exact_after && *only.exact_before > 0) {
    const double ratio = *only.exact_after / *only.exact_before;
    return Effect{.ratio = ratio, .low = ratio, .high = ratio, .p = 0, .units = 1};
  }
  return only.intrinsic ? only.intrinsic : only.natural;
}

Result<Journal> Journal::open(const std::string& project_directory) {
  AF_TRY(const std::string home, work_folder_of(project_directory));
  AF_TRY(Database database, Database::open(home + "/journal.db", kMigrations));
  return Journal(std::move(database));
}

Result<std::int64_t> Journal::add(const JournalContext& context, const Trial& trial,
                                  const Verdict& verdict, const std::string& record,
                                  const std::function<Result<Done>(std::int64_t)>& also) {
  std::int64_t number = 0;
  AF_TRY(const Done added, database_.transaction([&]() -> Result<Done> {
    const std::optional<Effect> effect = deciding_effect(verdict);
    const std::array<DatabaseValue, 17> row = {
        trial.environment.started, context.before_name, context.before_commit, context.after_name,
        context.after_commit, context.binary, context.check, context.transform,
        std::string(to_string(verdict.kind)), std::string(to_string(verdict.reason)),
        or_null(effect, &Effect::ratio), or_null(effect, &Effect::low),
        or_null(effect, &Effect::high), or_null(effect, &Effect::p),
        // SQLite's whole numbers have a sign; the bits come back.
        static_cast<std::int64_t>(trial.settings.seed), trial.environment.tool_version, record};
    AF_TRY(const auto inserted,
           database_.run("INSERT INTO trial (started, before_name, before_commit, after_name, "
                         "after_commit, binary, check_id, transform, verdict, reason, ratio, "
                         "low, high, p, seed, tool_version, record) VALUES (?1, ?2, ?3, ?4, ?5, "
                         "?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
                         row));
    static_cast<void>(inserted);
    number = database_.last_row();
    for (const ArmBuild& build : trial.builds) {
      const std::array<DatabaseValue, 5> values = {number, std::string(to_string(build.arm)),
                                                   build.path, build.build_id, build.content_hash};
      AF_TRY(const auto done,
             database_.run("INSERT INTO build VALUES (?1, ?2, ?3, ?4, ?5)", values));
      static_cast<void>(done);
    }
    for (const StatedPrediction& prediction : trial.predictions) {
      const std::array<DatabaseValue, 4> values = {number, prediction.statement,
                                                   std::string(to_string(prediction.result.truth)),
                                                   prediction.result.reason};
      AF_TRY(const auto done,
             database_.run("INSERT INTO prediction VALUES (?1, ?2, ?3, ?4)", values));
      static_cast<void>(done);
    }
    return also ? also(number) : Result<Done>(Done{});
  }));
  static_cast<void>(added);
  return number;
}

Result<std::vector<JournalEntry>> Journal::entries(std::optional<VerdictKind> kind,
                                                   std::size_t limit) {
  const std::array<DatabaseValue, 2> values = {
      kind ? DatabaseValue(std::string(to_string(*kind))) : DatabaseValue(std::monostate()),
      static_cast<std::int64_t>(limit)};
  AF_TRY(
      const std::vector<DatabaseRow> rows,
      database_.run("SELECT number, started, before_name, before_commit, after_name, "
                    "after_commit, binary, check_id, transform, verdict, reason, ratio, low, "
                    "high, p, "
                    "(SELECT count(*) FROM prediction WHERE trial = number AND truth = 'true'), "
                    "(SELECT count(*) FROM prediction WHERE trial = number AND truth = 'false'), "
                    "(SELECT count(*) FROM prediction WHERE trial = number AND truth = "
                    "'unknown') FROM trial WHERE ?1 IS NULL OR verdict = ?1 "
                    "ORDER BY number DESC LIMIT ?2",
                    values));
  std::vector<JournalEntry> entries;
  entries.reserve(rows.size());
  for (const DatabaseRow& row : rows) entries.push_back(entry_of(row));
  return entries;
}

Result<std::string> Journal::record(std::int64_t number) {
  const std::array<DatabaseValue, 1> values = {number};
  AF_TRY(const std::vector<DatabaseRow> rows,
         database_.run("SELECT record FROM trial WHERE number = ?1", values));
  if (rows.empty())
    return Error{ErrorCode::kNotFound, fmt::format("the journal has no entry {}", number),
                 "'asmforge journal' lists them"};
  return text_of(rows.front().front());
}

Result<std::vector<JournalScore>> Journal::scores() {
  AF_TRY(const std::vector<DatabaseRow> rows,
         database_.run("SELECT check_id, transform, sum(truth = 'true'), sum(truth = 'false'), "
                       "sum(truth = 'unknown') FROM prediction JOIN trial ON trial = number "
                       "GROUP BY check_id, transform ORDER BY check_id, transform"));
  std::vector<JournalScore> scores;
  scores.reserve(rows.size());
  for (const DatabaseRow& row : rows)
    scores.push_back({text_of(row[0]), text_of(row[1]), whole_number_of(row[2]),
                      whole_number_of(row[3]), whole_number_of(row[4])});
  return scores;
}

}  // namespace asmforge

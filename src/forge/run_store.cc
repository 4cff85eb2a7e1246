#include "forge/run_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>
#include <vector>

#include "base/database.h"
#include "forge/effect_columns.h"

namespace asmforge {
namespace {

// Lists are stored a line an entry; neither numbers nor predictions contain newlines.
std::string lines_of(const std::vector<std::string>& entries) {
  std::string text;
  for (const std::string& entry : entries) text += entry + "\n";
  return text;
}

std::string lines_of(const std::vector<std::int64_t>& numbers) {
  std::string text;
  for (const std::int64_t number : numbers) text += fmt::format("{}\n", number);
  return text;
}

std::vector<std::string> entries_in(std::string_view text) {
  std::vector<std::string> entries;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    entries.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return entries;
}

std::vector<std::int64_t> numbers_in(std::string_view text) {
  std::vector<std::int64_t> numbers;
  for (const std::string& entry : entries_in(text)) {
    std::int64_t number = 0;
    std::from_chars(entry.data(), entry.data() + entry.size(), number);
    numbers.push_back(number);
  }
  return numbers;
}

constexpr std::string_view kRunColumns =
    "number, started, base_commit, tip_commit, seed, budget_seconds, floor, finished, holds, "
    "outcome, applied_commit, totals, validations, total_ratio, total_low, total_high, "
    "building_seconds, measuring_seconds, other_seconds, remaining";

ForgeRun run_in(const DatabaseRow& row) {
  ForgeRun run;
  run.number = whole_number_of(row[0]);
  run.started = text_of(row[1]);
  run.base_commit = text_of(row[2]);
  run.tip_commit = text_of(row[3]);
  run.seed = static_cast<std::uint64_t>(whole_number_of(row[4]));
  run.budget_seconds = number_of(row[5]);
  run.floor = number_of(row[6]);
  run.finished = whole_number_of(row[7]) != 0;
  run.holds = whole_number_of(row[8]) != 0;
  run.outcome = text_of(row[9]);
  run.applied_commit = text_of(row[10]);
  run.totals = numbers_in(text_of(row[11]));
  run.validations = numbers_in(text_of(row[12]));
  run.total = effect_in(row, 13);
  run.remaining = entries_in(text_of(row[19]));
  run.times = {number_of(row[16]), number_of(row[17]), number_of(row[18])};
  return run;
}

ForgeStep step_in(const DatabaseRow& row) {
  ForgeStep step;
  step.step = {text_of(row[0]),
               text_of(row[1]),
               text_of(row[2]),
               text_of(row[3]),
               text_of(row[4]),
               entries_in(text_of(row[5])),
               assumption_from_string(text_of(row[17]))};
  step.state = step_state_from_string(text_of(row[6])).value_or(StepState::kPending);
  step.why = text_of(row[7]);
  step.parent_commit = text_of(row[8]);
  step.commit = text_of(row[9]);
  step.trials = numbers_in(text_of(row[10]));
  step.kind = verdict_kind_from_string(text_of(row[11]));
  step.reason = verdict_reason_from_string(text_of(row[12])).value_or(VerdictReason::kUnderpowered);
  step.effect = effect_in(row, 13);
  step.assembly = text_of(row[16]);
  return step;
}

}  // namespace

Result<Done> RunStore::begin(ForgeRun& run) {
  Database& database = journal_.database();
  return database.transaction([&]() -> Result<Done> {
    const std::array<DatabaseValue, 6> values = {
        run.started,        run.base_commit, run.tip_commit, static_cast<std::int64_t>(run.seed),
        run.budget_seconds, run.floor};
    AF_TRY(const auto inserted,
           database.run("INSERT INTO run (started, base_commit, tip_commit, seed, budget_seconds, "
                        "floor) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                        values));
    static_cast<void>(inserted);
    run.number = database.last_row();
    for (std::size_t i = 0; i < run.steps.size(); ++i) {
      AF_TRY(const Done added, insert_step(run, i));
      static_cast<void>(added);
    }
    return Done{};
  });
}

Result<Done> RunStore::insert_step(const ForgeRun& run, std::size_t index) {
  const ForgeStep& step = run.steps[index];
  const std::array<DatabaseValue, 9> values = {
      run.number,
      static_cast<std::int64_t>(index),
      step.step.name,
      step.step.transform,
      step.step.patch,
      step.step.command,
      step.step.check,
      lines_of(step.step.expectations),
      step.step.assumption ? to_string(*step.step.assumption) : std::string()};
  AF_TRY(const auto inserted,
         journal_.database().run(
             "INSERT INTO step (run, ordinal, name, transform, patch, command, check_id, "
             "expectations, assumption) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
             values));
  static_cast<void>(inserted);
  return Done{};
}

Result<Done> RunStore::save(const ForgeRun& run) {
  return journal_.database().transaction([&] { return save_within(run); });
}

Result<Done> RunStore::save_within(const ForgeRun& run) {
  Database& database = journal_.database();
  const std::array<DatabaseValue, 15> values = {run.number,
                                                run.tip_commit,
                                                static_cast<std::int64_t>(run.finished),
                                                static_cast<std::int64_t>(run.holds),
                                                run.outcome,
                                                run.applied_commit,
                                                lines_of(run.totals),
                                                lines_of(run.validations),
                                                or_null(run.total, &Effect::ratio),
                                                or_null(run.total, &Effect::low),
                                                or_null(run.total, &Effect::high),
                                                run.times.building,
                                                run.times.measuring,
                                                run.times.other,
                                                lines_of(run.remaining)};
  AF_TRY(const auto saved,
         database.run(
             "UPDATE run SET tip_commit = ?2, finished = ?3, holds = ?4, outcome = ?5, "
             "applied_commit = ?6, totals = ?7, validations = ?8, total_ratio = ?9, "
             "total_low = ?10, total_high = ?11, building_seconds = ?12, "
             "measuring_seconds = ?13, other_seconds = ?14, remaining = ?15 WHERE number = ?1",
             values));
  static_cast<void>(saved);
  for (std::size_t i = 0; i < run.steps.size(); ++i) {
    const ForgeStep& step = run.steps[i];
    const std::array<DatabaseValue, 13> row = {
        run.number,
        static_cast<std::int64_t>(i),
        std::string(to_string(step.state)),
        step.why,
        step.parent_commit,
        step.commit,
        lines_of(step.trials),
        step.kind ? DatabaseValue(std::string(to_string(*step.kind)))
                  : DatabaseValue(std::monostate()),
        std::string(to_string(step.reason)),
        or_null(step.effect, &Effect::ratio),
        or_null(step.effect, &Effect::low),
        or_null(step.effect, &Effect::high),
        step.assembly};
    AF_TRY(const auto updated,
           database.run("UPDATE step SET state = ?3, why = ?4, parent_commit = ?5, commit_hash = "
                        "?6, trials = ?7, verdict = ?8, reason = ?9, ratio = ?10, low = ?11, high "
                        "= ?12, assembly = ?13 WHERE run = ?1 AND ordinal = ?2",
                        row));
    static_cast<void>(updated);
  }
  return Done{};
}

Result<Done> RunStore::replace_steps(const ForgeRun& run) {
  Database& database = journal_.database();
  return database.transaction([&]() -> Result<Done> {
    const std::array<DatabaseValue, 1> values = {run.number};
    AF_TRY(const auto removed, database.run("DELETE FROM step WHERE run = ?1", values));
    static_cast<void>(removed);
    for (std::size_t i = 0; i < run.steps.size(); ++i) {
      AF_TRY(const Done added, insert_step(run, i));
      static_cast<void>(added);
    }
    return save_within(run);
  });
}

Result<Done> RunStore::read_steps(ForgeRun& run) {
  const std::array<DatabaseValue, 1> values = {run.number};
  AF_TRY(const std::vector<DatabaseRow> rows,
         journal_.database().run(
             "SELECT name, transform, patch, command, check_id, expectations, state, why, "
             "parent_commit, commit_hash, trials, verdict, reason, ratio, low, high, assembly, "
             "assumption FROM step WHERE run = ?1 ORDER BY ordinal",
             values));
  for (const DatabaseRow& row : rows) run.steps.push_back(step_in(row));
  return Done{};
}

Result<ForgeRun> RunStore::read(std::optional<std::int64_t> number) {
  const std::array<DatabaseValue, 1> values = {number ? DatabaseValue(*number)
                                                      : DatabaseValue(std::monostate())};
  AF_TRY(const std::vector<DatabaseRow> rows,
         journal_.database().run(
             fmt::format("SELECT {} FROM run WHERE ?1 IS NULL OR number = ?1 ORDER BY number DESC "
                         "LIMIT 1",
                         kRunColumns),
             values));
  if (rows.empty())
    return Error{ErrorCode::kNotFound,
                 number ? fmt::format("there is no run {} here", *number)
                        : std::string("nothing was forged here yet"),
                 "'asmforge forge' makes a run"};
  ForgeRun run = run_in(rows.front());
  AF_TRY(const Done whole, read_steps(run));
  static_cast<void>(whole);
  return run;
}

Result<std::optional<ForgeRun>> RunStore::unfinished() {
  Result<ForgeRun> latest = read(std::nullopt);
  if (!latest && latest.error().code == ErrorCode::kNotFound) return std::optional<ForgeRun>();
  if (!latest) return latest.error();
  if (latest->finished) return std::optional<ForgeRun>();
  return std::optional<ForgeRun>(std::move(*latest));
}

Result<Done> RunStore::abandon(std::int64_t number) {
  const std::array<DatabaseValue, 1> values = {number};
  AF_TRY(const auto ended,
         journal_.database().run("UPDATE run SET finished = 1, holds = 0, outcome = 'given up for "
                                 "another run' WHERE number = ?1",
                                 values));
  static_cast<void>(ended);
  return Done{};
}

}  // namespace asmforge

// `asmforge journal`: what was compared in this project, and what came of it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <memory>
#include <optional>

#include "cli/command.h"
#include "cli/options.h"
#include "forge/journal.h"
#include "forge/project.h"
#include "report/writers/journal.h"
#include "report/writers/verdict.h"
#include "verdict/decide.h"
#include "verdict/read_trial.h"

namespace asmforge::commands {
namespace {

struct Options {
  OutputOptions output;
  std::string action = "list";
  std::string number;
  std::string verdict;
  std::size_t limit = 20;
};

Error usage(std::string what, std::string hint) {
  return {ErrorCode::kUsage, std::move(what), std::move(hint)};
}

Result<int> list(const Options& options, Journal& journal, Session& session) {
  std::optional<VerdictKind> kind;
  if (!options.verdict.empty()) {
    kind = verdict_kind_from_string(options.verdict);
    if (!kind)
      return usage(fmt::format("journal: no verdict '{}'", options.verdict),
                   "verdicts are ACCEPT, INVESTIGATE, SUSPICIOUS, REVERT and SAME");
  }
  AF_TRY(const std::vector<JournalEntry> entries, journal.entries(kind, options.limit));
  if (options.output.json)
    write_journal_json(entries, session.out);
  else
    write_journal(entries, palette_for(options.output, session.out), session.out);
  return 0;
}

Result<int> show(const Options& options, Journal& journal, Session& session) {
  std::int64_t number = 0;
  const char* end = options.number.c_str() + options.number.size();
  const auto [stopped, error] = std::from_chars(options.number.c_str(), end, number);
  if (error != std::errc() || stopped != end)
    return usage("journal: show needs the number of an entry", "'asmforge journal' lists them");
  AF_TRY(const std::string record, journal.record(number));
  if (options.output.json) {
    session.out.write(record);
    return 0;
  }
  AF_TRY(const RecordedTrial recorded, parse_trial(record));
  write_verdict(recorded.trial, decide(recorded.trial), palette_for(options.output, session.out),
                session.out);
  return 0;
}

Result<int> score(const Options& options, Journal& journal, Session& session) {
  AF_TRY(const std::vector<JournalScore> scores, journal.scores());
  if (options.output.json)
    write_journal_scores_json(scores, session.out);
  else
    write_journal_scores(scores, palette_for(options.output, session.out), session.out);
  return 0;
}

Result<int> run(const Options& options, Session& session) {
  if (options.action != "show" && !options.number.empty())
    return usage(fmt::format("journal: {} takes no number", options.action),
                 "try asmforge journal show NUMBER");
  AF_TRY(const Project project, find_project("."));
  AF_TRY(Journal journal, Journal::open(project.directory));
  if (options.action == "list") return list(options, journal, session);
  if (options.action == "show") return show(options, journal, session);
  if (options.action == "score") return score(options, journal, session);
  return usage(fmt::format("journal: it cannot '{}'", options.action),
               "it can list, show NUMBER and score");
}

Run setup(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("ACTION", options->action, "list (default), show or score");
  app.add_option("NUMBER", options->number, "Which entry to show");
  app.add_option("--verdict", options->verdict, "Only entries with this verdict")
      ->type_name("VERDICT");
  app.add_option("--limit", options->limit, "At most so many, the latest first (20)")
      ->type_name("COUNT");
  add_answer_options(app, options->output);
  return [options](Session& session) { return run(*options, session); };
}

}  // namespace

extern const Command journal{
    "journal",
    "Show what was compared in this project, and what came of it",
    setup,
    {},
    "Every comparison of revisions is kept whole in .asmforge/journal.db, an SQLite file: each\n"
    "run, the builds' hashes, what was predicted and the verdict. `score` is asmforge's own track\n"
    "record: how often what it predicted came true."};

}  // namespace asmforge::commands

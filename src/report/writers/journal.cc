#include "report/writers/journal.h"

#include <string>
#include <string_view>

#include "base/text.h"
#include "base/text_table.h"
#include "report/effect_text.h"
#include "report/json_document.h"

namespace asmforge {
namespace {

// "2 true, 1 unknown"; empty when nothing was predicted.
std::string came_of(std::int64_t came_true, std::int64_t came_false, std::int64_t unknown) {
  std::string text;
  const auto add = [&](std::int64_t count, std::string_view what) {
    if (count != 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, what);
  };
  add(came_true, "true");
  add(came_false, "false");
  add(unknown, "unknown");
  return text;
}

void write_table(const TextTable& table, const Palette& palette, Output& out) {
  const std::vector<std::string> lines = table.lines(out.width());
  out.print("{}\n", palette(Paint::kTitle, lines[0]));
  for (std::size_t i = 1; i < lines.size(); ++i) out.print("{}\n", lines[i]);
}

Json effect_json(const std::optional<Effect>& effect) {
  if (!effect) return {};
  return {{"ratio", effect->ratio}, {"low", effect->low}, {"high", effect->high}, {"p", effect->p}};
}

}  // namespace

void write_journal(std::span<const JournalEntry> entries, const Palette& palette, Output& out) {
  if (entries.empty()) {
    out.write("nothing is in the journal yet; 'asmforge ab HEAD~1 HEAD' writes into it\n");
    return;
  }
  TextTable table({{"no.", TextTable::Align::kRight},
                   {"when (UTC)"},
                   {"BEFORE"},
                   {"AFTER"},
                   {"verdict"},
                   {"AFTER spends"},
                   {"predictions"}});
  for (const JournalEntry& entry : entries)
    table.add_row(
        {std::to_string(entry.number), minute_of(entry.started),
         printable(entry.context.before_name), printable(entry.context.after_name),
         fmt::format("{} {}", to_string(entry.kind), to_string(entry.reason)), spends(entry.effect),
         came_of(entry.true_predictions, entry.false_predictions, entry.unknown_predictions)});
  write_table(table, palette, out);
  out.write("\n'asmforge journal show NUMBER' prints one whole.\n");
}

void write_journal_json(std::span<const JournalEntry> entries, Output& out) {
  JsonDocument document(out, "asmforge/journal/1");
  document.begin_array("entries");
  for (const JournalEntry& entry : entries)
    document.element({{"number", entry.number},
                      {"started", entry.started},
                      {"before", entry.context.before_name},
                      {"before_commit", entry.context.before_commit},
                      {"after", entry.context.after_name},
                      {"after_commit", entry.context.after_commit},
                      {"binary", entry.context.binary},
                      {"check", entry.context.check},
                      {"transform", entry.context.transform},
                      {"verdict", to_string(entry.kind)},
                      {"reason", to_string(entry.reason)},
                      {"effect", effect_json(entry.effect)},
                      {"predictions",
                       {{"true", entry.true_predictions},
                        {"false", entry.false_predictions},
                        {"unknown", entry.unknown_predictions}}}});
  document.end_array();
}

void write_journal_scores(std::span<const JournalScore> scores, const Palette& palette,
                          Output& out) {
  if (scores.empty()) {
    out.write("nothing was predicted yet; 'asmforge ab --expect' says what a change is to do\n");
    return;
  }
  TextTable table({{"check"},
                   {"transform"},
                   {"true", TextTable::Align::kRight},
                   {"false", TextTable::Align::kRight},
                   {"unknown", TextTable::Align::kRight},
                   {"true of what is known"}});
  for (const JournalScore& score : scores) {
    const std::int64_t known = score.came_true + score.came_false;
    table.add_row({score.check.empty() ? "(none)" : printable(score.check),
                   score.transform.empty() ? "(by hand)" : printable(score.transform),
                   std::to_string(score.came_true), std::to_string(score.came_false),
                   std::to_string(score.unknown),
                   known == 0 ? "" : fmt::format("{} of {}", score.came_true, known)});
  }
  write_table(table, palette, out);
}

void write_journal_scores_json(std::span<const JournalScore> scores, Output& out) {
  JsonDocument document(out, "asmforge/journal-score/1");
  document.begin_array("scores");
  for (const JournalScore& score : scores)
    document.element({{"check", score.check},
                      {"transform", score.transform},
                      {"true", score.came_true},
                      {"false", score.came_false},
                      {"unknown", score.unknown}});
  document.end_array();
}

}  // namespace asmforge

// A project's journal: entries a line each, and its track record.
#pragma once

#include <span>

#include "core/journal.h"
#include "report/output.h"
#include "report/palette.h"

namespace asmforge {

void write_journal(std::span<const JournalEntry> entries, const Palette& palette, Output& out);
void write_journal_json(std::span<const JournalEntry> entries, Output& out);
void write_journal_scores(std::span<const JournalScore> scores, const Palette& palette,
                          Output& out);
void write_journal_scores_json(std::span<const JournalScore> scores, Output& out);

}  // namespace asmforge

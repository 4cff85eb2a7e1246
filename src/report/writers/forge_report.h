// What a run of the loop tried and what came of it: for a terminal, as Markdown that stands
// by itself, and as JSON.
#pragma once

#include <optional>

#include "core/forge_run.h"
#include "core/trial.h"
#include "report/output.h"
#include "report/palette.h"

namespace asmforge {

struct ForgeReport {
  ForgeRun run;
  std::optional<TrialEnvironment> environment;  // of its last comparison
};

// One line of a step that has ended, while the run goes on.
void write_forge_step(const ForgeStep& step, std::size_t width, const Palette& palette,
                      Output& out);
void write_forge_report(const ForgeReport& report, const Palette& palette, Output& out);
void write_forge_markdown(const ForgeReport& report, Output& out);
void write_forge_json(const ForgeReport& report, Output& out);

}  // namespace asmforge

// What a run of the loop tried and what came of it: for a terminal, as Markdown that stands
// by itself, as JSON, and as SARIF.
#pragma once

#include <optional>
#include <string>

#include "core/forge_run.h"
#include "core/trial.h"
#include "report/output.h"
#include "report/palette.h"
#include "report/sarif.h"

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
struct ForgeSarif {
  SarifRoot root;            // the repository's top, from which patches name files
  std::string project_file;  // absolute
};
void write_forge_sarif(const ForgeReport& report, const ForgeSarif& about, Output& out);

}  // namespace asmforge

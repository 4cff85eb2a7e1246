#include "report/writers/forge_report.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "base/text_table.h"
#include "base/version.h"
#include "report/effect_text.h"
#include "report/json_document.h"
#include "report/wrap.h"

namespace asmforge {
namespace {

constexpr std::size_t kColumns = 80;
Paint paint_of(StepState state) {
  switch (state) {
    case StepState::kKept: return Paint::kGood;
    case StepState::kFailed:
    case StepState::kWithdrawn: return Paint::kBad;
    case StepState::kPending:
    case StepState::kDropped:
    case StepState::kLeft: break;
  }
  return Paint::kDim;
}

// "ACCEPT improved"; empty where nothing was measured.
std::string verdict_of(const ForgeStep& step) {
  if (!step.kind) return "";
  return fmt::format("{} {}", to_string(*step.kind), to_string(step.reason));
}

std::string times_of(const ForgeTimes& times) {
  const double all = times.building + times.measuring + times.other;
  return fmt::format(
      "building and profiling {:.0f} s, checking and measuring {:.0f} s, everything else {:.1f} s "
      "({})",
      times.building, times.measuring, times.other, percent(all > 0 ? times.other / all : 0));
}

std::vector<const ForgeStep*> in_state(const ForgeRun& run, bool kept) {
  std::vector<const ForgeStep*> steps;
  for (const ForgeStep& step : run.steps)
    if ((step.state == StepState::kKept) == kept) steps.push_back(&step);
  return steps;
}

std::string title_of(const ForgeRun& run) {
  return fmt::format("run {}, begun {} UTC on commit {}", run.number, minute_of(run.started),
                     short_hash(run.base_commit));
}

std::string next_of(const ForgeRun& run) {
  if (!run.finished) return "asmforge forge --resume goes on with it";
  if (!run.applied_commit.empty())
    return fmt::format("applied: the branch is at {}", short_hash(run.applied_commit));
  if (run.holds) return "asmforge forge --apply commits what is kept";
  return "";
}

// ---- Markdown ----

// A cell of a table.
std::string cell(std::string_view text) {
  std::string safe;
  for (const char c : printable(text)) {
    if (c == '|') safe += '\\';
    safe += c == '\n' ? ' ' : c;
  }
  return safe;
}

void write_code(std::string_view text, std::string_view language, Output& out) {
  // A fence longer than any in the text.
  std::size_t longest = 2;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = text.find('`', at);
    if (begin == std::string_view::npos) break;
    const std::size_t end = std::min(text.find_first_not_of('`', begin), text.size());
    longest = std::max(longest, end - begin);
    at = end;
  }
  const std::string fence(longest + 1, '`');
  out.print("{}{}\n{}{}{}\n\n", fence, language, text, text.ends_with('\n') ? "" : "\n", fence);
}

void write_step_markdown(const ForgeStep& step, Output& out) {
  out.print("### {}\n\n", printable(step.step.name));
  const std::string verdict = verdict_of(step);
  out.print("**{}**{}: {}\n\n", to_string(step.state), verdict.empty() ? "" : ", " + verdict,
            printable(step.why));
  if (step.effect) out.print("Time spent, beside before: {}.\n\n", spends(step.effect));
  for (const std::string& line : step.step.expectations)
    out.print("Predicted: `{}`\n\n", printable(line));
  if (!step.assembly.empty()) {
    out.write("What it did to the assembly:\n\n");
    write_code(step.assembly, "", out);
  }
  if (step.state == StepState::kKept && !step.step.patch.empty())
    write_code(step.step.patch, "diff", out);
}

Json effect_json(const std::optional<Effect>& effect) {
  if (!effect) return {};
  return {{"ratio", effect->ratio}, {"low", effect->low}, {"high", effect->high}};
}

}  // namespace

void write_forge_step(const ForgeStep& step, std::size_t width, const Palette& palette,
                      Output& out) {
  std::string rest = verdict_of(step);
  if (step.effect) rest += fmt::format(", {}", spends(step.effect));
  if (rest.empty()) rest = printable(step.why);
  const std::string state = fmt::format("{:<9}", to_string(step.state));
  const std::size_t room = width == 0 ? 0 : std::max<std::size_t>(width, 40) - 11;
  out.print("{}  {}\n", palette(paint_of(step.state), state),
            shorten(fmt::format("{}: {}", printable(step.step.name), rest), room));
}

void write_forge_report(const ForgeReport& report, const Palette& palette, Output& out) {
  const ForgeRun& run = report.run;
  out.print("{}\n", palette(Paint::kTitle, title_of(run)));
  const std::size_t width = out.width() == 0 ? kColumns : out.width();
  if (!run.outcome.empty()) out.print("{}\n", wrap(printable(run.outcome), width, 0));
  // Last what may be shortened: the lines below have it whole.
  TextTable table({{"became"}, {"verdict"}, {"spends"}, {"change"}});
  for (const ForgeStep& step : run.steps)
    table.add_row({std::string(to_string(step.state)), verdict_of(step), spends(step.effect),
                   printable(step.step.name)});
  if (run.total) table.add_row({"", "", spends(run.total), "all that is kept"});
  out.write("\n");
  const std::vector<std::string> lines = table.lines(out.width());
  out.print("{}\n", palette(Paint::kTitle, lines.front()));
  for (std::size_t i = 1; i < lines.size(); ++i) out.print("{}\n", lines[i]);
  out.write("\n");
  for (const ForgeStep& step : run.steps)
    if (!step.why.empty())
      out.print("{}\n", wrap(fmt::format("{}: {}", printable(step.step.name), printable(step.why)),
                             width, 2));
  if (!run.remaining.empty()) out.write("\nwhat is left, by all that is executed:\n");
  for (const std::string& line : run.remaining)
    out.print("  {}\n", wrap(printable(line), width - 2, 4));
  out.print("\n{}\n", wrap(times_of(run.times), width, 2));
  if (const std::string next = next_of(run); !next.empty()) out.print("next: {}\n", next);
}

void write_forge_markdown(const ForgeReport& report, Output& out) {
  const ForgeRun& run = report.run;
  out.print("# asmforge, {}\n\n", title_of(run));
  out.print("{}.\n\n", run.outcome.empty() ? "The run is not finished" : printable(run.outcome));
  out.write("| change | became | verdict | time spent, beside before |\n|---|---|---|---|\n");
  for (const ForgeStep& step : run.steps)
    out.print("| {} | {} | {} | {} |\n", cell(step.step.name), to_string(step.state),
              verdict_of(step), spends(step.effect));
  if (run.total) out.print("| **all that is kept** | | | {} |\n", spends(run.total));
  out.write("\n");
  if (run.total)
    out.write(
        "The last line compares the first build with the last anew, with other seeds; it is no "
        "sum.\n\n");
  const auto section = [&](std::string_view title, bool kept) {
    const std::vector<const ForgeStep*> steps = in_state(run, kept);
    if (steps.empty()) return;
    out.print("## {}\n\n", title);
    for (const ForgeStep* step : steps) write_step_markdown(*step, out);
  };
  section("What is kept", true);
  section("What is not, and why", false);
  if (!run.remaining.empty()) {
    out.write("## What is left\n\nBy all that the workloads execute in what is kept:\n\n");
    for (const std::string& line : run.remaining) out.print("- {}\n", printable(line));
    out.write("\n`asmforge plan` says what to do about each.\n\n");
  }
  out.write("## How it was measured\n\n");
  if (report.environment) {
    const TrialEnvironment& there = *report.environment;
    out.print("- {}, {} {}, {}\n", printable(there.cpu), there.processors,
              there.processors == 1 ? "processor" : "processors", printable(there.kernel));
    for (const std::string& note : there.notes) out.print("- {}\n", printable(note));
  }
  out.print("- asmforge {}, floor {}, seed {}\n", version(), percent(run.floor), run.seed);
  out.print("- budget {:.0f} s; {}\n", run.budget_seconds, times_of(run.times));
  out.write("- every run of every comparison: `asmforge journal show NUMBER`, of ");
  std::string numbers;
  const auto add = [&](const std::vector<std::int64_t>& entries) {
    for (const std::int64_t entry : entries)
      numbers += fmt::format("{}{}", numbers.empty() ? "" : ", ", entry);
  };
  for (const ForgeStep& step : run.steps) add(step.trials);
  add(run.validations);
  add(run.totals);
  out.print("{}\n", numbers.empty() ? "none" : numbers);
}

void write_forge_json(const ForgeReport& report, Output& out) {
  const ForgeRun& run = report.run;
  JsonDocument document(out, "asmforge/forge/1");
  document.member("run", run.number);
  document.member("started", run.started);
  document.member("base_commit", run.base_commit);
  document.member("tip_commit", run.tip_commit);
  document.member("applied_commit", run.applied_commit);
  document.member("seed", run.seed);
  document.member("budget_seconds", run.budget_seconds);
  document.member("floor", run.floor);
  document.member("finished", run.finished);
  document.member("holds", run.holds);
  document.member("outcome", run.outcome);
  document.member("total", effect_json(run.total));
  document.member("remaining", run.remaining);
  document.member("total_trials", run.totals);
  document.member("validation_trials", run.validations);
  document.member("seconds", {{"building", run.times.building},
                              {"measuring", run.times.measuring},
                              {"other", run.times.other}});
  document.begin_array("steps");
  for (const ForgeStep& step : run.steps)
    document.element({{"name", step.step.name},
                      {"transform", step.step.transform},
                      {"check", step.step.check},
                      {"expectations", step.step.expectations},
                      {"state", to_string(step.state)},
                      {"why", step.why},
                      {"parent_commit", step.parent_commit},
                      {"commit", step.commit},
                      {"trials", step.trials},
                      {"verdict", step.kind ? Json(to_string(*step.kind)) : Json()},
                      {"reason", step.kind ? Json(to_string(step.reason)) : Json()},
                      {"effect", effect_json(step.effect)},
                      {"assembly", step.assembly},
                      {"patch", step.step.patch}});
  document.end_array();
}

}  // namespace asmforge

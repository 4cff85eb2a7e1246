#include "report/writers/plan.h"

#include <algorithm>
#include <string>

#include "base/text.h"
#include "report/json_document.h"
#include "report/location.h"
#include "report/wrap.h"

namespace asmforge {
namespace {

constexpr std::size_t kColumns = 80;
constexpr std::size_t kIndent = 14;  // "    predicts  "

std::string name_of(const Finding& finding) {
  return printable(finding.demangled.empty() ? finding.function : finding.demangled);
}

// As `ab --expect` and asmforge-expect: take it: with the symbol.
std::string prediction_of(const Finding& finding) {
  return printable(to_string(finding.predicate));
}

bool is_known(const PlanStep& step) { return !step.finding.check.empty(); }

std::string counted(std::int64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

// "14 instructions: 3 loads, 1 store, no vectors"
std::string contents_text(const LoopContents& contents) {
  std::string text =
      fmt::format("{}: {}, {}", counted(contents.instructions, "instruction"),
                  counted(contents.loads, "load"), counted(contents.stores, "store"));
  if (contents.calls != 0) text += ", " + counted(contents.calls, "call");
  if (contents.divides != 0) text += ", " + counted(contents.divides, "division");
  if (contents.vector_width_bits == 0) return text + ", no vectors";
  return text + fmt::format(", vectors of {} bits", contents.vector_width_bits);
}

std::string what_to_do(const PlanStep& step) {
  if (is_known(step)) return step.suggestion;
  return fmt::format("look at it: asmforge show {} '{}'", printable(step.binary),
                     name_of(step.finding));
}

std::string record_text(const PlanStep& step) {
  if (!step.record) return "";
  const std::int64_t known = step.record->came_true + step.record->came_false;
  return fmt::format("{} of {} predictions of this check came true here", step.record->came_true,
                     known);
}

class Writer {
 public:
  Writer(const Palette& palette, Output& out)
      : palette_(palette),
        out_(out),
        columns_(out.width() == 0 ? kColumns : std::max<std::size_t>(out.width(), 40)) {}

  void step(const PlanStep& step, std::size_t rank) {
    const Finding& finding = step.finding;
    out_.print("{:>2}  {}\n", rank,
               palette_(Paint::kTitle, wrap(printable(finding.title), columns_ - 4, 4)));
    row("in", where(step));
    if (finding.source.known()) row("source", location_text(finding.source));
    if (step.contents) row("holds", contents_text(*step.contents));
    row("do", what_to_do(step));
    if (!is_known(step)) {
      out_.write("\n");
      return;
    }
    row("predicts", prediction_of(finding));
    row("gain", step.expected_gain ? percent(*step.expected_gain)
                                   : fmt::format("unknown: {}", step.expected_gain_reason));
    row("risk", finding.risk);
    row("check", fmt::format("{}, confidence: {}", finding.check, to_string(finding.confidence)));
    row("record", record_text(step));
    out_.write("\n");
  }

 private:
  static std::string where(const PlanStep& step) {
    std::string text = fmt::format("{}, {}", name_of(step.finding), printable(step.binary));
    if (step.finding.loop != kNoIndex) text += fmt::format(", loop {}", step.finding.loop);
    if (step.finding.library_code) text += ", library code";
    if (step.measured)
      text += fmt::format(", {} of all that is executed", percent(step.share));
    else
      text += ", not seen to run, which does not mean never";
    return text;
  }

  void row(std::string_view label, const std::string& text) {
    if (text.empty()) return;
    out_.print("    {:<10}{}\n", label, wrap(text, columns_ - kIndent, kIndent));
  }

  const Palette& palette_;
  Output& out_;
  std::size_t columns_;
};

Json contents_json(const LoopContents& contents) {
  return Json{{"instructions", contents.instructions},
              {"loads", contents.loads},
              {"stores", contents.stores},
              {"calls", contents.calls},
              {"divides", contents.divides},
              {"vector_width_bits", contents.vector_width_bits}};
}

}  // namespace

void write_plan(const Plan& plan, std::size_t limit, const Palette& palette, Output& out) {
  std::string workloads;
  for (const std::string& workload : plan.workloads)
    workloads += (workloads.empty() ? "" : ", ") + printable(workload);
  out.print("plan for commit {}, by what is executed in: {}\n\n", short_hash(plan.commit),
            workloads);
  Writer writer(palette, out);
  const std::size_t shown = std::min(limit, plan.steps.size());
  for (std::size_t i = 0; i < shown; ++i) writer.step(plan.steps[i], i + 1);
  if (plan.steps.empty()) out.print("{}\n", palette(Paint::kGood, "nothing to do is known"));
  if (shown < plan.steps.size())
    out.print("{} steps, the first {} shown; --limit COUNT shows more\n", plan.steps.size(), shown);
  if (plan.below_share != 0)
    out.print("{} more {} in code that these workloads hardly run\n", plan.below_share,
              plan.below_share == 1 ? "finding" : "findings");
  for (const std::string& note : plan.notes) out.print("note: {}\n", printable(note));
  if (!plan.changes.empty()) out.write("'asmforge forge' tries these by itself:\n");
  for (const Step& change : plan.changes) out.print("    {}\n", printable(change.name));
  if (!plan.changes.empty()) out.write("\n");
  if (std::ranges::any_of(plan.steps, is_known))
    out.write(
        "Make one of the changes on a branch of its own, with its prediction in the "
        "commit's message:\n"
        "    asmforge-check: CHECK\n    asmforge-expect: PREDICTION\n"
        "name the branch in [candidates] of asmforge.toml, and 'asmforge forge' tries it.\n");
}

void write_plan_json(const Plan& plan, Output& out) {
  JsonDocument document(out, "asmforge/plan/1");
  document.member("commit", plan.commit);
  document.member("workloads", plan.workloads);
  document.member("below_share", plan.below_share);
  document.member("notes", plan.notes);
  document.begin_array("steps");
  for (const PlanStep& step : plan.steps) {
    const Finding& finding = step.finding;
    document.element(
        {{"binary", step.binary},
         {"check", is_known(step) ? Json(finding.check) : Json()},
         {"title", finding.title},
         {"function", finding.function},
         {"demangled", finding.demangled},
         {"loop", finding.loop == kNoIndex ? Json() : Json(finding.loop)},
         {"source", finding.source.known() ? Json(location_text(finding.source)) : Json()},
         {"transform", "by hand"},
         {"suggestion", what_to_do(step)},
         {"holds", step.contents ? contents_json(*step.contents) : Json()},
         {"predicate", is_known(step) ? Json(prediction_of(finding)) : Json()},
         {"share", step.measured ? Json(step.share) : Json()},
         {"expected_gain", step.expected_gain ? Json(*step.expected_gain) : Json()},
         {"expected_gain_reason", step.expected_gain_reason},
         {"risk", finding.risk},
         {"confidence", is_known(step) ? Json(to_string(finding.confidence)) : Json()},
         {"record", step.record ? Json{{"true", step.record->came_true},
                                       {"false", step.record->came_false},
                                       {"unknown", step.record->unknown}}
                                : Json()}});
  }
  document.end_array();
  document.begin_array("changes");
  for (const Step& change : plan.changes)
    document.element({{"name", change.name},
                      {"transform", change.transform},
                      {"expectations", change.expectations},
                      {"patch", change.patch}});
  document.end_array();
}

}  // namespace asmforge

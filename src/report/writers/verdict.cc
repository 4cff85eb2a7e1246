#include "report/writers/verdict.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "base/text_table.h"
#include "report/wrap.h"

namespace asmforge {
namespace {

constexpr std::size_t kColumns = 80;

// How a metric's better and worse are called.
struct MetricWords {
  std::string_view better;
  std::string_view worse;
};

MetricWords words_of(const WorkloadMetric& metric) {
  switch (metric.source) {
    case MetricSource::kCpuTime:
    case MetricSource::kWallTime:
    case MetricSource::kGoogleBenchmark:
    case MetricSource::kCriterion: return {"faster", "slower"};
    case MetricSource::kInstructions:
    case MetricSource::kPeakMemory: return {"less", "more"};
    case MetricSource::kRegex:
    case MetricSource::kSamples: break;
  }
  return {"better", "worse"};
}

// "3.1 % faster [2.5, 3.7]": the interval in the same words, so a negative end lies on
// the other side.
std::string change(const Effect& effect, const MetricWords& words) {
  const bool better = effect.ratio <= 1;
  const double sign = better ? -100 : 100;
  const double one = sign * (effect.ratio - 1);
  if (effect.low <= 0 || !std::isfinite(effect.high))
    return fmt::format("{:.2g} % {} (too few runs for an interval)", one,
                       better ? words.better : words.worse);
  const double a = sign * (effect.low - 1);
  const double b = sign * (effect.high - 1);
  return fmt::format("{:.2g} % {} [{:.2g}, {:.2g}]", one, better ? words.better : words.worse,
                     std::min(a, b), std::max(a, b));
}

std::string p_value(double p) { return p < 0.001 ? "<0.001" : fmt::format("{:.3f}", p); }

const WorkloadMetric* metric_of(const Trial& trial, const std::string& workload) {
  for (const Workload& known : trial.workloads)
    if (known.name == workload) return &known.metric;
  return nullptr;
}

MetricWords words_in(const Trial& trial, const std::string& workload) {
  const WorkloadMetric* metric = metric_of(trial, workload);
  return metric == nullptr ? MetricWords{"better", "worse"} : words_of(*metric);
}

// An exact metric's two values.
std::optional<std::string> exact_change(const Trial& trial, const WorkloadVerdict& verdict) {
  if (!verdict.exact_before || !verdict.exact_after) return std::nullopt;
  const WorkloadMetric* metric = metric_of(trial, verdict.workload);
  const std::string unit =
      metric == nullptr || metric->unit.empty() ? "" : " " + printable(metric->unit);
  const double difference = *verdict.exact_after - *verdict.exact_before;
  if (difference == 0) return fmt::format("{}{} in both", *verdict.exact_before, unit);
  return fmt::format("{} -> {}{} ({:+})", *verdict.exact_before, *verdict.exact_after, unit,
                     difference);
}

// What decided: over all layouts when there were others, otherwise as built.
const std::optional<Effect>& deciding(const WorkloadVerdict& workload) {
  return workload.intrinsic ? workload.intrinsic : workload.natural;
}

Paint paint_of(VerdictKind kind) {
  switch (kind) {
    case VerdictKind::kAccept:
    case VerdictKind::kSame: return Paint::kGood;
    case VerdictKind::kInvestigate: return Paint::kChanged;
    case VerdictKind::kSuspicious:
    case VerdictKind::kRevert: return Paint::kBad;
  }
  return Paint::kBad;
}

std::string headline(const Trial& trial, const Verdict& verdict) {
  if (verdict.workloads.size() == 1) {
    const WorkloadVerdict& only = verdict.workloads.front();
    if (const auto exact = exact_change(trial, only)) return *exact;
    if (const std::optional<Effect>& effect = deciding(only))
      return change(*effect, words_in(trial, only.workload)) +
             (only.intrinsic ? " over all layouts" : " as built");
  }
  std::size_t better = 0;
  std::size_t worse = 0;
  for (const WorkloadVerdict& workload : verdict.workloads) {
    const Direction direction =
        workload.intrinsic ? workload.intrinsic_direction : workload.natural_direction;
    better += direction == Direction::kBetter ? 1 : 0;
    worse += direction == Direction::kWorse ? 1 : 0;
  }
  if (verdict.workloads.size() > 1)
    return fmt::format("{} of {} workloads better, {} worse", better, verdict.workloads.size(),
                       worse);
  return verdict.kind == VerdictKind::kSame ? trial.closure_detail : std::string();
}

void write_paragraph(std::string_view label, std::string_view text, Output& out) {
  if (text.empty()) return;
  const std::size_t indent = label.size();
  out.print("{}{}\n", printable(label), wrap(printable(text), kColumns - indent, indent));
}

void write_effects(const Trial& trial, const Verdict& verdict, Output& out) {
  using Column = TextTable::Column;
  TextTable table({Column{"workload"}, Column{"measured"}, Column{"AFTER against BEFORE"},
                   Column{"p", TextTable::Align::kRight}, Column{"from"}});
  bool any = false;
  for (const WorkloadVerdict& workload : verdict.workloads) {
    const MetricWords words = words_in(trial, workload.workload);
    std::string name = printable(workload.workload);
    const auto row = [&](std::string_view what, const std::optional<Effect>& effect,
                         std::string_view units) {
      if (!effect) return;
      table.add_row({std::exchange(name, ""), std::string(what), change(*effect, words),
                     p_value(effect->p),
                     effect->units == 0 ? "" : fmt::format("{} {}", effect->units, units)});
      any = true;
    };
    if (const auto exact = exact_change(trial, workload)) {
      table.add_row({std::exchange(name, ""), "exactly", *exact, "", ""});
      any = true;
      continue;
    }
    row("as built", workload.natural,
        trial.settings.sequential_data ? "samples"
        : trial.settings.foreign_data  ? "pairs"
                                       : "blocks");
    row("at all starts", workload.placement, "layouts");
    row("blocks moved", workload.blocks, "layouts");
    row("over all layouts", workload.intrinsic, "layouts");
    row("over likely links", workload.expected, "layouts");
    row("the reference", workload.reference, "blocks");
  }
  if (!any) return;
  out.write("\n");
  for (const std::string& line : table.lines(0)) out.print("{}\n", line);
  out.write("\n");
}

void write_spread(const WorkloadVerdict& workload, Output& out) {
  const auto spread = [](const std::optional<LayoutSpread>& of) {
    return of ? fmt::format("{:.1f} %{}", 100 * (of->high - of->low),
                            of->bimodal ? " (two speeds)" : "")
              : std::string("unknown");
  };
  if (workload.spread_before || workload.spread_after)
    out.print("layouts lie apart by {} in BEFORE, {} in AFTER\n", spread(workload.spread_before),
              spread(workload.spread_after));
}

void write_gates(const Trial& trial, Output& out) {
  for (const Gate& gate : trial.gates)
    write_paragraph(fmt::format("{}: ", gate.name),
                    fmt::format("{}{}{}", to_string(gate.outcome), gate.detail.empty() ? "" : ", ",
                                gate.detail),
                    out);
}

void write_predictions(const Trial& trial, Output& out) {
  for (const StatedPrediction& prediction : trial.predictions) {
    const PredicateResult& result = prediction.result;
    write_paragraph("predicted: ",
                    fmt::format("{}: {}{}{}", prediction.statement, to_string(result.truth),
                                result.reason.empty() ? "" : ", ", result.reason),
                    out);
  }
}

void write_machine(const TrialEnvironment& machine, const Trial& trial, Output& out) {
  if (trial.settings.foreign_data) return;  // nobody knows where the samples were taken
  out.print("machine: {}, {}{}, seed {}\n",
            machine.cpu.empty() ? "unknown CPU" : printable(machine.cpu),
            machine.pinned ? "on processor " : "not held on one processor",
            machine.pinned ? fmt::format("{}", machine.measured_on) : "", trial.settings.seed);
}

}  // namespace

void write_verdict(const Trial& trial, const Verdict& verdict, const Palette& palette,
                   Output& out) {
  const std::string head = headline(trial, verdict);
  out.print("{} {}{}{}{}\n", palette(paint_of(verdict.kind), to_string(verdict.kind)),
            to_string(verdict.reason), verdict.natural_only ? " (natural layout only)" : "",
            head.empty() ? "" : ": ", printable(head));
  write_paragraph("", verdict.explanation, out);
  write_effects(trial, verdict, out);
  for (const WorkloadVerdict& workload : verdict.workloads) {
    write_spread(workload, out);
    if (workload.bimodal)
      out.print("{}: runs of one build have two speeds\n", printable(workload.workload));
    for (const std::string& note : workload.notes)
      write_paragraph(fmt::format("{}: ", printable(workload.workload)), note, out);
  }
  if (verdict.minimum_detectable_effect)
    out.print("the smallest effect that could have been seen: {:.2g} %\n",
              100 * *verdict.minimum_detectable_effect);
  if (verdict.control)
    out.print("BEFORE's own copy: {}; it should be a tie\n",
              change(*verdict.control, {"better", "worse"}));
  write_gates(trial, out);
  write_predictions(trial, out);
  // Why a stage is missing is among the workload's notes.
  for (const LayoutStage& stage : trial.layout_stages)
    if (stage.available && !stage.reason.empty())
      write_paragraph(stage.stage == Stage::kPlacement ? "other starts: " : "moved blocks: ",
                      stage.reason, out);
  if (verdict.runs != 0)
    out.print("runs: {}{}\n", with_separators(verdict.runs),
              verdict.disturbed_runs == 0
                  ? ""
                  : fmt::format(", and {} that were disturbed and made again",
                                with_separators(verdict.disturbed_runs)));
  write_machine(trial.environment, trial, out);
  for (const std::string& note : trial.environment.notes) write_paragraph("note: ", note, out);
  for (const std::string& note : trial.notes) write_paragraph("note: ", note, out);
  if (trial.interrupted) out.write("note: interrupted; this is what was measured until then\n");
  if (!trial.failure.empty())
    write_paragraph("note: ",
                    fmt::format("measuring ended before its time: {}; this is what was measured "
                                "until then",
                                trial.failure),
                    out);
  write_paragraph("next: ", verdict.next_step, out);
}

}  // namespace asmforge

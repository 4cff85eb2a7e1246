// `asmforge ab --json`: schema asmforge/ab/1. What was found, then all that it was found
// from: `ab --replay` reads the second part and finds the first anew.
#include "report/json_document.h"
#include "report/trial_json.h"
#include "report/writers/verdict.h"

namespace asmforge {
namespace {

// An end that so few runs leave open is null, as JSON has no infinity.
Json effect_json(const std::optional<Effect>& effect) {
  if (!effect) return {};
  return {{"ratio", effect->ratio},
          {"low", effect->low},
          {"high", effect->high},
          {"p", effect->p},
          {"units", effect->units}};
}

Json spread_json(const std::optional<LayoutSpread>& spread) {
  if (!spread) return {};
  return {{"low", spread->low}, {"high", spread->high}, {"bimodal", spread->bimodal}};
}

Json number_json(const std::optional<double>& number) { return number ? Json(*number) : Json(); }

// The same members whether it was judged or not.
Json judged_json(const WorkloadVerdict* judged) {
  const WorkloadVerdict nothing;
  const WorkloadVerdict& w = judged != nullptr ? *judged : nothing;
  return {{"verdict", judged != nullptr ? Json(to_string(w.kind)) : Json()},
          {"reason", judged != nullptr ? Json(to_string(w.reason)) : Json()},
          {"intrinsic", effect_json(w.intrinsic)},
          {"natural", effect_json(w.natural)},
          {"expected", effect_json(w.expected)},
          {"placement", effect_json(w.placement)},
          {"blocks", effect_json(w.blocks)},
          {"reference", effect_json(w.reference)},
          {"intrinsic_direction", to_string(w.intrinsic_direction)},
          {"natural_direction", to_string(w.natural_direction)},
          {"expected_direction", to_string(w.expected_direction)},
          {"minimum_detectable_effect", number_json(w.minimum_detectable_effect)},
          {"seconds_needed", number_json(w.seconds_needed)},
          {"spread_before", spread_json(w.spread_before)},
          {"spread_after", spread_json(w.spread_after)},
          {"natural_spread", number_json(w.natural_spread)},
          {"bimodal", w.bimodal},
          {"exact_before", number_json(w.exact_before)},
          {"exact_after", number_json(w.exact_after)},
          {"notes", w.notes}};
}

}  // namespace

void write_verdict_json(const Trial& trial, const Verdict& verdict, Output& out) {
  JsonDocument document(out, "asmforge/ab/1");
  document.member("verdict", to_string(verdict.kind));
  document.member("reason", to_string(verdict.reason));
  document.begin_array("workloads");
  for (std::size_t i = 0; i < trial.workloads.size(); ++i) {
    Json workload = workload_json(trial.workloads[i]);
    workload.update(judged_json(i < verdict.workloads.size() ? &verdict.workloads[i] : nullptr));
    document.element(workload);
  }
  document.end_array();
  // Several workloads have no number in common.
  const bool one = verdict.workloads.size() == 1;
  const WorkloadVerdict only = one ? verdict.workloads.front() : WorkloadVerdict();
  document.member("intrinsic", effect_json(only.intrinsic));
  document.member("natural", effect_json(only.natural));
  document.member("expected", effect_json(only.expected));
  document.member("minimum_detectable_effect", number_json(verdict.minimum_detectable_effect));
  document.member("explanation", verdict.explanation);
  document.member("next_step", verdict.next_step);
  document.member("natural_only", verdict.natural_only);
  document.member("as_predicted",
                  verdict.predicted ? Json(to_string(verdict.as_predicted)) : Json());
  document.member("control", effect_json(verdict.control));
  document.member("used_runs", verdict.runs);
  document.member("repeated_runs", verdict.disturbed_runs);
  write_trial_json(trial, document);
}

}  // namespace asmforge

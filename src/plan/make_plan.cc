#include "plan/make_plan.h"

#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "core/source_language.h"

namespace asmforge {
namespace {

// The same place of the same build.
using Place = std::tuple<std::string, std::string, std::uint32_t, std::uint64_t, std::uint64_t>;

Place place_of(const std::string& binary, const Finding& finding) {
  return {binary, finding.check, finding.function_index, finding.loop_header,
          finding.evidence.empty() ? 0 : finding.evidence.front().address};
}

std::string suggestion_of(const Finding& finding) {
  return language_of(finding) == SourceLanguage::kRust ? finding.fix_rust : finding.fix_c;
}

// All transforms together: a person's hands are not on record.
std::optional<JournalScore> record_of(const std::string& check,
                                      std::span<const JournalScore> scores) {
  std::optional<JournalScore> sum;
  for (const JournalScore& score : scores) {
    if (score.check != check) continue;
    if (!sum) sum = JournalScore{check, "", 0, 0, 0};
    sum->came_true += score.came_true;
    sum->came_false += score.came_false;
    sum->unknown += score.unknown;
  }
  return sum;
}

struct Gathered {
  PlanStep step;
  double weighted_share = 0;
};

}  // namespace

Plan make_plan(std::span<const AuditedWorkload> audits, std::span<const JournalScore> scores,
               double least_share) {
  std::map<std::string, double> weight_of_binary;
  std::map<Place, std::size_t> known;
  std::vector<Gathered> gathered;
  Plan plan;
  std::set<std::string> notes;
  for (const AuditedWorkload& audit : audits) {
    plan.workloads.push_back(audit.workload);
    weight_of_binary[audit.binary] += audit.weight;
    for (const std::string& note : audit.report.notes)
      if (notes.insert(note).second) plan.notes.push_back(note);
    for (const Finding& finding : audit.report.findings) {
      const auto [at, added] = known.try_emplace(place_of(audit.binary, finding), gathered.size());
      if (added) {
        Gathered fresh;
        fresh.step.binary = audit.binary;
        fresh.step.finding = finding;
        fresh.step.suggestion = suggestion_of(finding);
        fresh.step.expected_gain_reason = "no model of cycles yet";
        fresh.step.record = record_of(finding.check, scores);
        gathered.push_back(std::move(fresh));
      }
      Gathered& one = gathered[at->second];
      if (!finding.share) continue;
      one.step.measured = true;
      one.weighted_share += audit.weight * *finding.share;
    }
  }
  // Audits come ranked; what is equal here stays in that order.
  std::multimap<std::pair<bool, double>, PlanStep> ranked;
  for (Gathered& one : gathered) {
    const double weight = weight_of_binary[one.step.binary];
    one.step.share = weight > 0 ? one.weighted_share / weight : 0;
    const bool runs =
        one.step.measured ? one.step.share >= least_share : one.step.finding.may_have_run;
    if (runs)
      ranked.emplace(std::pair(one.step.finding.library_code, -one.step.share),
                     std::move(one.step));
    else
      ++plan.below_share;
  }
  for (auto& [key, step] : ranked) plan.steps.push_back(std::move(step));
  return plan;
}

}  // namespace asmforge

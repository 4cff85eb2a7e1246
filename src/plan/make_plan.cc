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

// A loop of a build.
using LoopPlace = std::tuple<std::string, std::uint32_t, std::uint64_t>;

LoopPlace loop_of(const std::string& binary, const Finding& finding) {
  return {binary, finding.function_index, finding.loop_header};
}

// What several workloads say of the same places.
class Gatherer {
 public:
  explicit Gatherer(std::span<const JournalScore> scores) : scores_(scores) {}

  void finding(const AuditedWorkload& audit, const Finding& finding) {
    loops_with_findings_.insert(loop_of(audit.binary, finding));
    Gathered& one = at(audit, finding, [&](PlanStep& step) {
      step.suggestion = suggestion_of(finding);
      step.expected_gain_reason = "no model of cycles yet";
      step.record = record_of(finding.check, scores_);
    });
    if (finding.share) add_share(one, audit.weight * *finding.share);
  }

  // After all findings: a loop with one needs no step of its own.
  void hot_loop(const AuditedWorkload& audit, const HotLoop& loop) {
    if (loops_with_findings_.contains(loop_of(audit.binary, loop.place))) return;
    Gathered& one = at(audit, loop.place, [&](PlanStep& step) {
      step.finding.title = "hot loop, in which no check finds anything";
      step.contents = loop.contents;
      step.expected_gain_reason = "nothing is known to be wrong";
    });
    add_share(one, audit.weight * loop.share);
  }

  // Ranked; counts what is left out.
  std::vector<PlanStep> steps(const std::map<std::string, double>& weight_of_binary,
                              LeastShares least, std::uint64_t& findings_left_out) {
    // Audits come ranked, findings before other loops; what is equal here stays in that order.
    std::multimap<std::pair<int, double>, PlanStep> ranked;
    for (Gathered& one : gathered_) {
      const double weight = weight_of_binary.at(one.step.binary);
      one.step.share = weight > 0 ? one.weighted_share / weight : 0;
      if (is_worth_a_step(one.step, least))
        ranked.emplace(std::pair(group_of(one.step), -one.step.share), std::move(one.step));
      else if (is_finding(one.step))
        ++findings_left_out;
    }
    std::vector<PlanStep> steps;
    for (auto& [key, step] : ranked) steps.push_back(std::move(step));
    return steps;
  }

 private:
  struct Gathered {
    PlanStep step;
    double weighted_share = 0;
  };

  template <class Begin>
  Gathered& at(const AuditedWorkload& audit, const Finding& finding, Begin begin) {
    const auto [place, added] =
        known_.try_emplace(place_of(audit.binary, finding), gathered_.size());
    if (added) {
      Gathered fresh;
      fresh.step.binary = audit.binary;
      fresh.step.finding = finding;
      begin(fresh.step);
      gathered_.push_back(std::move(fresh));
    }
    return gathered_[place->second];
  }

  static void add_share(Gathered& one, double weighted_share) {
    one.step.measured = true;
    one.weighted_share += weighted_share;
  }

  static bool is_finding(const PlanStep& step) { return !step.finding.check.empty(); }

  static bool is_worth_a_step(const PlanStep& step, LeastShares least) {
    if (step.measured) return step.share >= (is_finding(step) ? least.finding : least.hot_loop);
    return step.finding.may_have_run && !step.finding.library_code;
  }

  // Own code before what only its authors can change; what was not seen to run after both.
  static int group_of(const PlanStep& step) {
    if (!step.measured) return 2;
    return step.finding.library_code ? 1 : 0;
  }

  std::span<const JournalScore> scores_;
  std::map<Place, std::size_t> known_;
  std::set<LoopPlace> loops_with_findings_;
  std::vector<Gathered> gathered_;
};

}  // namespace

Plan make_plan(std::span<const AuditedWorkload> audits, std::span<const JournalScore> scores,
               LeastShares least) {
  std::map<std::string, double> weight_of_binary;
  Gatherer gatherer(scores);
  Plan plan;
  std::set<std::string> notes;
  for (const AuditedWorkload& audit : audits) {
    plan.workloads.push_back(audit.workload);
    weight_of_binary[audit.binary] += audit.weight;
    for (const std::string& note : audit.report.notes)
      if (notes.insert(note).second) plan.notes.push_back(note);
    for (const Finding& finding : audit.report.findings) gatherer.finding(audit, finding);
  }
  for (const AuditedWorkload& audit : audits)
    for (const HotLoop& loop : audit.hot) gatherer.hot_loop(audit, loop);
  plan.steps = gatherer.steps(weight_of_binary, least, plan.below_share);
  return plan;
}

}  // namespace asmforge

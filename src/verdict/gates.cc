#include "verdict/gates.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "base/process.h"
#include "base/text.h"

namespace asmforge {
namespace {

constexpr int kTimes = 2;
// A program that takes so much longer than BEFORE hangs.
constexpr double kHangs = 20;
constexpr double kHangsAtLeastSeconds = 5;
constexpr std::chrono::minutes kCheckTimeout{30};

constexpr std::string_view kCleanHint =
    "programs run in a clean environment; pass what it needs with --env NAME";

bool prints_its_measurement(MetricSource source) {
  return source == MetricSource::kRegex || source == MetricSource::kGoogleBenchmark ||
         source == MetricSource::kCriterion;
}

std::string first_line(std::string_view text) { return printable(text.substr(0, text.find('\n'))); }

std::string how_it_ended(const RunReport& report) {
  const std::string said = first_line(report.errors);
  return said.empty() ? report.ending : fmt::format("{} ('{}')", report.ending, said);
}

// The gates of all workloads and arms, one after another.
class Gatekeeper {
 public:
  Gatekeeper(const GateRequest& request, const std::vector<Workload>& workloads, Rig& rig)
      : request_(request), workloads_(workloads), rig_(rig) {}

  Result<GateResults> run() {
    for (const Workload& workload : workloads_) {
      AF_TRY(const Done ran, run_workload(workload));
      static_cast<void>(ran);
    }
    finish("exit status", ended_badly_, "");
    finish("output equal", prints_differently_, output_not_compared_);
    if (request_.check.empty()) return std::move(results_);
    if (ended_badly_.empty()) {
      AF_TRY(const Done checked, run_check());
      static_cast<void>(checked);
    }
    finish("check", fails_check_, "");
    return std::move(results_);
  }

 private:
  Result<Done> run_workload(const Workload& workload);
  // The output's hash when it succeeded both times and printed the same.
  Result<std::optional<std::string>> run_arm(const Workload& workload, Arm arm,
                                             const Program& program, WorkloadGates& gates);
  Result<Done> run_check();
  void finish(std::string name, const std::string& failure, const std::string& not_run) {
    if (!failure.empty())
      results_.gates.push_back({std::move(name), GateOutcome::kFailed, failure});
    else if (!not_run.empty())
      results_.gates.push_back({std::move(name), GateOutcome::kNotRun, not_run});
    else
      results_.gates.push_back({std::move(name), GateOutcome::kPassed, ""});
  }
  // ": workload small" when there are several.
  [[nodiscard]] std::string in_workload(const Workload& workload) const {
    return workloads_.size() < 2 ? "" : fmt::format(" in workload {}", workload.name);
  }

  const GateRequest& request_;
  const std::vector<Workload>& workloads_;
  Rig& rig_;
  GateResults results_;
  std::string ended_badly_;
  std::string prints_differently_;
  std::string output_not_compared_;
  std::string fails_check_;
};

Result<std::optional<std::string>> Gatekeeper::run_arm(const Workload& workload, Arm arm,
                                                       const Program& program,
                                                       WorkloadGates& gates) {
  using Hash = std::optional<std::string>;
  std::string hash;
  for (int time = 0; time < kTimes; ++time) {
    const double began = rig_.now();
    AF_TRY(const RunReport report,
           rig_.run({program.path, program.name, &workload, 0, gates.timeout_seconds}));
    // The first run also reads the files into the page cache.
    if (arm == Arm::kBefore || arm == Arm::kAfter)
      gates.seconds = std::max(gates.seconds, time == 0 ? 0 : rig_.now() - began);
    if (arm == Arm::kBefore && report.timed_out)
      return Error{ErrorCode::kUnavailable,
                   fmt::format("{} {} ({}){}", program.name, report.ending, request_.timeout_name,
                               in_workload(workload)),
                   "give it less to do, or more time"};
    if (report.timed_out || !report.sample.succeeded(workload.exit_status)) {
      const std::string what =
          fmt::format("{} {}{}", program.name, how_it_ended(report), in_workload(workload));
      if (arm != Arm::kAfter) return Error{ErrorCode::kBadInput, what, std::string(kCleanHint)};
      ended_badly_ = what;
      return Hash();
    }
    const bool compared = request_.check.empty() && !prints_its_measurement(workload.metric.source);
    if (compared && time != 0 && report.sample.output_hash != hash)
      return Error{ErrorCode::kBadInput,
                   fmt::format("{} prints something else each time it runs{}", program.name,
                               in_workload(workload)),
                   "say how to judge it with --check COMMAND (--check true trusts it)"};
    hash = report.sample.output_hash;
  }
  return Hash(hash);
}

Result<Done> Gatekeeper::run_workload(const Workload& workload) {
  WorkloadGates& gates = results_.workloads.emplace_back();
  gates.timeout_seconds = request_.timeout_seconds;
  std::optional<std::string> before;
  for (const auto& [arm, program] : request_.programs) {
    AF_TRY(const std::optional<std::string> hash, run_arm(workload, arm, program, gates));
    if (arm == Arm::kBefore) {
      before = hash;
      gates.timeout_seconds = std::min(request_.timeout_seconds,
                                       std::max(kHangsAtLeastSeconds, kHangs * gates.seconds));
    }
    if (prints_its_measurement(workload.metric.source)) {
      output_not_compared_ = "standard output holds the measurement";
    } else if (!request_.check.empty()) {
      output_not_compared_ = "the check decides";
    } else if (arm == Arm::kAfter && hash && before && *hash != *before) {
      prints_differently_ =
          fmt::format("{} prints something else than {}{}", program.name,
                      request_.programs.front().second.name, in_workload(workload));
    } else if (arm == Arm::kBefore && before) {
      gates.output_hash = *before;
    }
  }
  return Done{};
}

Result<Done> Gatekeeper::run_check() {
  for (const auto& [arm, program] : request_.programs) {
    if (arm != Arm::kBefore && arm != Arm::kAfter) continue;
    for (int time = 0; time < kTimes; ++time) {
      ProcessOptions options;
      options.argv = {"/bin/sh", "-c", request_.check};
      options.environment.emplace();
      for (char** variable = environ; *variable != nullptr; ++variable)
        options.environment->emplace_back(*variable);
      options.environment->push_back("PROGRAM=" + program.path);
      options.timeout = kCheckTimeout;
      AF_TRY(const ProcessResult result, run_process(options));
      if (result.succeeded()) continue;
      const std::string said = first_line(result.errors.empty() ? result.output : result.errors);
      const std::string what = fmt::format("{}: the check {}{}", program.name, result.ending(),
                                           said.empty() ? "" : fmt::format(" ('{}')", said));
      if (arm == Arm::kBefore)
        return Error{ErrorCode::kBadInput, what, "mend the check; BEFORE must pass it"};
      fails_check_ = what;
      return Done{};
    }
  }
  return Done{};
}

}  // namespace

bool GateResults::failed() const {
  return std::any_of(gates.begin(), gates.end(),
                     [](const Gate& gate) { return gate.outcome == GateOutcome::kFailed; });
}

Result<GateResults> run_gates(const GateRequest& request, const std::vector<Workload>& workloads,
                              Rig& rig) {
  return Gatekeeper(request, workloads, rig).run();
}

}  // namespace asmforge

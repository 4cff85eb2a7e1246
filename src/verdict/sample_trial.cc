#include "verdict/sample_trial.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/content_hash.h"
#include "base/mapped_file.h"
#include "base/text.h"
#include "base/version.h"
#include "verdict/foreign_samples.h"

namespace asmforge {
namespace {

// With 6 of each the interval from the smallest difference to the largest holds the truth
// 99.8 % of the time; with 3 only 90 %.
constexpr std::size_t kFewestSamples = 6;
constexpr std::size_t kMostSamples = 200'000;

struct TimedSample {
  double begun = 0;
  std::size_t place = 0;  // in the files, where times are equal
  Arm arm = Arm::kBefore;
  double value = 0;
};

struct OpenFile {
  ForeignSamples samples;
  ArmBuild build;
};

Result<OpenFile> open_samples(Arm arm, const std::string& path, bool wall) {
  AF_TRY(const auto file, MappedFile::open(path));
  const auto bytes = file->bytes();
  Result<ForeignSamples> samples =
      parse_foreign_samples({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, wall);
  if (!samples) return samples.error().within(path);
  OpenFile opened;
  opened.samples = std::move(*samples);
  opened.build = {arm, path, "", content_hash(bytes)};
  return opened;
}

RunSample run_of(Arm arm, std::uint32_t workload, std::uint32_t block, std::uint32_t position,
                 double value) {
  RunSample run;
  run.arm = arm;
  run.workload = workload;
  run.block = block;
  run.position = position;
  run.value = value;
  return run;
}

// All of one arm before all of the other.
void add_sequential(const SampleSeries& before, const SampleSeries& after, std::uint32_t workload,
                    Trial& trial) {
  std::uint32_t block = 0;
  for (const auto& [arm, series] :
       {std::pair(Arm::kBefore, &before), std::pair(Arm::kAfter, &after)})
    for (const double value : series->values)
      trial.runs.push_back(run_of(arm, workload, block++, 0, value));
}

std::vector<TimedSample> in_time(const SampleSeries& before, const SampleSeries& after) {
  std::vector<TimedSample> all;
  for (const auto& [arm, series] :
       {std::pair(Arm::kBefore, &before), std::pair(Arm::kAfter, &after)})
    for (std::size_t i = 0; i < series->begun.size(); ++i)
      all.push_back({series->begun[i], all.size(), arm, series->values[i]});
  std::ranges::sort(all, {},
                    [](const TimedSample& one) { return std::pair(one.begun, one.place); });
  return all;
}

// Neighbours of different arms, by the order alone: a sample belongs to one pair at most.
// False, and nothing added, when fewer than half of the samples find a partner.
bool add_pairs(const SampleSeries& before, const SampleSeries& after, std::uint32_t workload,
               Trial& trial) {
  const std::vector<TimedSample> all = in_time(before, after);
  std::vector<RunSample> runs;
  std::uint32_t pairs = 0;
  std::uint32_t before_first = 0;
  for (std::size_t i = 0; i + 1 < all.size(); ++i) {
    if (all[i].arm == all[i + 1].arm) continue;
    before_first += all[i].arm == Arm::kBefore ? 1 : 0;
    runs.push_back(run_of(all[i].arm, workload, pairs, 0, all[i].value));
    runs.push_back(run_of(all[i + 1].arm, workload, pairs, 1, all[i + 1].value));
    ++pairs;
    ++i;
  }
  const std::size_t fewer = std::min(before.values.size(), after.values.size());
  if (pairs < kFewestSamples || std::size_t{2} * pairs < fewer) return false;
  trial.runs.insert(trial.runs.end(), runs.begin(), runs.end());
  trial.notes.push_back(fmt::format(
      "{}: {} pairs of runs that followed one another; {} of {} "
      "samples are in none",
      trial.workloads[workload].name, pairs, all.size() - 2 * std::size_t{pairs}, all.size()));
  if (before_first == 0 || before_first == pairs)
    trial.notes.push_back(
        fmt::format("{} ran first in every pair: what it leaves behind (caches, heat) counts as "
                    "the change",
                    before_first == 0 ? "AFTER" : "BEFORE"));
  return true;
}

Result<Done> check_size(const std::string& path, const SampleSeries& series) {
  const std::size_t size = series.values.size();
  if (size < kFewestSamples)
    return Error{ErrorCode::kUnavailable,
                 fmt::format("{}: holds {} samples of {}, and an interval needs {}", path, size,
                             printable(series.name), kFewestSamples),
                 "take more"};
  if (size > kMostSamples)
    return Error{ErrorCode::kBadInput,
                 fmt::format("{}: holds more than {} samples of {}", path, kMostSamples,
                             printable(series.name)),
                 ""};
  return Done{};
}

using Shared = std::vector<std::pair<const SampleSeries*, const SampleSeries*>>;

// The benchmarks that both files have, in the order of BEFORE.
Shared shared_series(const ForeignSamples& before, const ForeignSamples& after, Trial& trial) {
  Shared shared;
  std::size_t alone = 0;
  for (const SampleSeries& series : before.series) {
    const auto other = std::ranges::find(after.series, series.name, &SampleSeries::name);
    if (other == after.series.end())
      ++alone;
    else
      shared.emplace_back(&series, &*other);
  }
  alone += after.series.size() - shared.size();
  if (alone != 0 && !shared.empty())
    trial.notes.push_back(fmt::format("{} benchmarks are in one of the files alone", alone));
  return shared;
}

}  // namespace

Result<Trial> trial_of_samples(const SamplesRequest& request) {
  AF_TRY(const OpenFile before, open_samples(Arm::kBefore, request.before, request.wall));
  AF_TRY(const OpenFile after, open_samples(Arm::kAfter, request.after, request.wall));
  if (before.samples.source != after.samples.source)
    return Error{
        ErrorCode::kBadInput,
        fmt::format("{} holds {} and {} {}", request.before, to_string(before.samples.source),
                    request.after, to_string(after.samples.source)),
        "give two files of one tool"};
  Trial trial;
  trial.settings = request.settings;
  trial.settings.foreign_data = true;
  trial.environment.tool_version = version();
  trial.builds = {before.build, after.build};
  const Shared shared = shared_series(before.samples, after.samples, trial);
  if (shared.empty())
    return Error{
        ErrorCode::kBadInput,
        fmt::format("{} and {} have no benchmark in common", request.before, request.after), ""};
  for (const auto& [old_series, new_series] : shared) {
    AF_TRY(const Done enough, check_size(request.before, *old_series));
    AF_TRY(const Done enough_too, check_size(request.after, *new_series));
    static_cast<void>(enough);
    static_cast<void>(enough_too);
    Workload workload;
    workload.name = old_series->name;
    workload.metric.source = before.samples.source;
    workload.metric.unit = before.samples.unit;
    workload.metric.higher_is_better = request.higher_is_better;
    trial.workloads.push_back(std::move(workload));
    const auto index = static_cast<std::uint32_t>(trial.workloads.size() - 1);
    const bool timed = !old_series->begun.empty() && !new_series->begun.empty();
    if (timed && add_pairs(*old_series, *new_series, index, trial)) continue;
    if (timed) trial.notes.emplace_back("the runs of the two files hardly take turns");
    add_sequential(*old_series, *new_series, index, trial);
    trial.settings.sequential_data = true;
  }
  if (before.samples.one_process)
    trial.notes.emplace_back(
        "repetitions within one process share its luck: the interval knows nothing of how far "
        "processes lie apart");
  return trial;
}

}  // namespace asmforge

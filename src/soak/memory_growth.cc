#include "soak/memory_growth.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "base/statistics/theil_sen.h"
#include "base/text.h"

namespace asmforge {
namespace {

constexpr double kSecondsPerHour = 3600;
// Points that a line is fitted to; all pairs of them are looked at.
constexpr std::size_t kWindows = 40;
constexpr std::size_t kFewestSamples = 24;
constexpr std::uint32_t kDraws = 200;
// More than it takes, so that a run of what was asked for is enough.
constexpr double kMargin = 1.2;
// Neighbours that are drawn together, of kWindows.
constexpr std::size_t kBlock = 4;
// Memory is given back when the fall from a peak is at least this share of the largest
// fall, and of all that the program took and gave back meanwhile; and some pages.
constexpr double kReleaseShare = 0.5;
constexpr double kReleaseOfRange = 0.25;
constexpr std::uint64_t kReleasePages = 8;
// Fewer do not tell a level line from a rising one.
constexpr std::size_t kFewestTroughs = 8;

using Samples = std::span<const SoakSample>;

// The largest fall from a running peak.
std::uint64_t largest_fall(Samples samples) {
  std::uint64_t peak = 0;
  std::uint64_t largest = 0;
  for (const SoakSample& sample : samples) {
    largest = std::max(largest, peak - std::min(peak, sample.resident_low_bytes));
    peak = std::max(peak, sample.resident_bytes);
  }
  return largest;
}

// The lowest amounts between two times that memory is taken: empty when the program
// never gives much of it back. The last one counts when memory was taken again since.
std::vector<Point> find_troughs(Samples samples, std::uint64_t page_bytes) {
  std::vector<Point> troughs;
  const auto [low, high] = std::ranges::minmax(samples, {}, &SoakSample::resident_bytes);
  const std::uint64_t fall = largest_fall(samples);
  const auto range = static_cast<double>(high.resident_bytes - low.resident_bytes);
  if (fall < kReleasePages * page_bytes || static_cast<double>(fall) < kReleaseOfRange * range)
    return troughs;
  const auto enough = static_cast<std::uint64_t>(kReleaseShare * static_cast<double>(fall));
  std::uint64_t peak = 0;
  Point trough;
  bool falling = false;
  for (const SoakSample& sample : samples) {
    const std::uint64_t level = sample.resident_low_bytes;
    const bool lower = falling && static_cast<double>(level) <= trough.y;
    if (falling && !lower) {
      troughs.push_back(trough);
      falling = false;
      peak = 0;
    }
    // Against earlier peaks: what rises within an epoch has not fallen.
    if (!falling) falling = peak - std::min(peak, level) >= enough;
    if (falling) trough = {sample.seconds, static_cast<double>(level)};
    peak = std::max(peak, sample.resident_bytes);
  }
  return troughs;
}

// At most kWindows points, of each stretch the lowest.
std::vector<Point> lowest_of_windows(std::span<const Point> points) {
  std::vector<Point> lowest;
  const std::size_t windows = std::min(kWindows, points.size());
  for (std::size_t w = 0; w < windows; ++w) {
    const std::size_t from = w * points.size() / windows;
    const std::size_t to = (w + 1) * points.size() / windows;
    const std::span<const Point> window = points.subspan(from, to - from);
    lowest.push_back(
        {(window.front().x + window.back().x) / 2, std::ranges::min(window, {}, &Point::y).y});
  }
  return lowest;
}

// Bytes per hour. One page more or less may always have gone unseen.
SoakEstimate growth_of(std::span<const Point> levels, const SoakSettings& settings) {
  const std::vector<Point> points = lowest_of_windows(levels);
  Random random(settings.seed);
  const double slope = theil_sen_slope(points);
  const Interval interval = theil_sen_interval(points, settings.confidence, kBlock, kDraws, random);
  const double length = levels.back().x - levels.front().x;
  const double unseen = length > 0 ? static_cast<double>(settings.page_bytes) / length : 0;
  return {slope * kSecondsPerHour, std::min(interval.low, slope - unseen) * kSecondsPerHour,
          std::max(interval.high, slope + unseen) * kSecondsPerHour};
}

std::string per_hour(double bytes) {
  const auto magnitude = static_cast<std::uint64_t>(std::llround(std::abs(bytes)));
  return fmt::format("{}{} an hour", bytes < 0 ? "-" : "", human_bytes(magnitude));
}

// The interval must shrink to this distance from the limit; it does so as the page does,
// in proportion to the length of the run.
void say_hours(const SoakEstimate& late, double seconds, const SoakSettings& settings,
               SoakArmReport& report) {
  const double width = std::max(late.high - late.value, late.value - late.low);
  const double distance = std::max(std::abs(settings.limit_bytes_per_hour - late.value),
                                   0.1 * settings.limit_bytes_per_hour);
  const double factor = std::max(1.25, width / distance);
  report.hours_needed = kMargin * factor * seconds / (1 - settings.warmup) / kSecondsPerHour;
}

}  // namespace

void judge_memory(const SoakArm& arm, const SoakSettings& settings, SoakArmReport& report) {
  Samples samples(arm.samples);
  samples = samples.subspan(
      static_cast<std::size_t>(settings.warmup * static_cast<double>(samples.size())));
  if (samples.empty()) {
    report.reason = "there is no sample";
    return;
  }
  report.resident_first = samples.front().resident_bytes;
  report.resident_last = samples.back().resident_bytes;
  const double all_seconds = samples.back().seconds - samples.front().seconds;
  const std::vector<Point> troughs = find_troughs(samples, settings.page_bytes);
  report.releases = static_cast<std::uint32_t>(troughs.size());
  if (samples.size() < kFewestSamples) {
    report.reason = fmt::format("{} samples are too few to judge, {} are needed", samples.size(),
                                kFewestSamples);
    report.hours_needed = settings.epoch_seconds * 2 * kFewestSamples / kSecondsPerHour;
    return;
  }
  std::vector<Point> levels = troughs;
  if (troughs.empty()) {
    for (const SoakSample& sample : samples)
      levels.push_back({sample.seconds, static_cast<double>(sample.resident_low_bytes)});
  } else if (troughs.size() < kFewestTroughs) {
    report.reason = fmt::format(
        "much memory was given back only {} time{}, so its troughs cannot be told from growth",
        troughs.size(), troughs.size() == 1 ? "" : "s");
    report.hours_needed =
        all_seconds * 2 * kFewestTroughs / static_cast<double>(troughs.size()) / kSecondsPerHour;
    return;
  }
  report.seconds = levels.back().x - levels.front().x;
  const std::size_t late_count = std::max(levels.size() / 4, kFewestTroughs);
  const std::span<const Point> late_levels =
      std::span(levels).last(std::min(late_count, levels.size()));
  const SoakEstimate growth = growth_of(levels, settings);
  const SoakEstimate late = growth_of(late_levels, settings);
  report.growth = growth;
  report.late_growth = late;
  const std::uint64_t operations = samples.back().operations - samples.front().operations;
  if (arm.operations_counted && operations != 0)
    report.growth_per_operation =
        growth.value / kSecondsPerHour * all_seconds / static_cast<double>(operations);

  const double limit = settings.limit_bytes_per_hour;
  if (growth.low > limit && late.low > limit) {
    report.kind = SoakKind::kLeak;
    report.reason =
        fmt::format("memory grows by {}, and still does at the end", per_hour(growth.value));
  } else if (late.high < limit && growth.low > limit) {
    report.kind = SoakKind::kFlat;
    report.reason = "memory grew at first and has stopped growing";
  } else if (late.high < limit) {
    report.kind = SoakKind::kFlat;
    report.reason = fmt::format("memory grows by less than {}", per_hour(limit));
  } else {
    report.reason = late.low > limit
                        ? "memory grows in the last quarter, and not before"
                        : fmt::format("a growth of {} could have gone unseen", per_hour(late.high));
    say_hours(late, all_seconds, settings, report);
  }
}

}  // namespace asmforge

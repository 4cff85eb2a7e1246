#include "verdict/foreign_samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/json.h"
#include "base/text.h"
#include "core/names.h"

namespace asmforge {
namespace {

constexpr std::string_view kShapes =
    "samples are [numbers], {\"samples\": [...], \"times\": [when each began]}, the JSON of Google "
    "Benchmark or hyperfine, or criterion's sample.json";

constexpr std::array<NameOf<double>, 4> kTimeUnits = {{
    {1e-9, "ns"},
    {1e-6, "us"},
    {1e-3, "ms"},
    {1.0, "s"},
}};

constexpr JsonLimits kLimits{.bytes = 64 << 20, .depth = 16, .values = 2'000'000};

Error refused(std::string what) {
  return {ErrorCode::kBadInput, std::move(what), std::string(kShapes)};
}

// The array `name` of numbers, each above 0 unless anything goes.
Result<std::vector<double>> numbers_of(const JsonValue* json, std::string_view name,
                                       bool above_zero = true) {
  if (json == nullptr || json->array() == nullptr)
    return refused(fmt::format("{} is no array", name));
  std::vector<double> values;
  for (const JsonValue& element : *json->array()) {
    const std::optional<double> value = element.number();
    if (!value) return refused(fmt::format("{}[{}] is no number", name, values.size()));
    if (above_zero && !(*value > 0))
      return refused(fmt::format("{}[{}] is {}: only samples above 0 have ratios", name,
                                 values.size(), *value));
    values.push_back(*value);
  }
  return values;
}

Result<ForeignSamples> of_numbers(const JsonValue& root) {
  ForeignSamples samples;
  SampleSeries series;
  series.name = "samples";
  AF_TRY(series.values, numbers_of(&root, "the array"));
  samples.series.push_back(std::move(series));
  return samples;
}

Result<ForeignSamples> of_samples(const JsonValue& root) {
  ForeignSamples samples;
  SampleSeries series;
  series.name = "samples";
  AF_TRY(series.values, numbers_of(root.find("samples"), "samples"));
  if (const JsonValue* times = root.find("times"); times != nullptr && !times->is_null()) {
    AF_TRY(series.begun, numbers_of(times, "times", false));
    if (series.begun.size() != series.values.size())
      return refused(fmt::format("there are {} times for {} samples", series.begun.size(),
                                 series.values.size()));
  }
  samples.series.push_back(std::move(series));
  return samples;
}

Result<ForeignSamples> of_hyperfine(const JsonValue& root) {
  const JsonValue::Array* results = root.find("results")->array();
  if (results == nullptr || results->size() != 1)
    return refused(fmt::format("holds the results of {} commands, where one is needed",
                               results == nullptr ? 0 : results->size()));
  const JsonValue& only = results->front();
  if (const JsonValue* codes = only.find("exit_codes"); codes != nullptr && codes->array())
    for (const JsonValue& code : *codes->array())
      if (code.integer() != 0) return refused("some of its runs failed (exit_codes)");
  ForeignSamples samples;
  samples.source = MetricSource::kWallTime;
  samples.unit = "s";
  SampleSeries series;
  series.name = "run";
  AF_TRY(series.values, numbers_of(only.find("times"), "results[0].times"));
  samples.series.push_back(std::move(series));
  return samples;
}

std::string text_of(const JsonValue& object, std::string_view key) {
  const JsonValue* value = object.find(key);
  return value != nullptr && value->string() != nullptr ? *value->string() : std::string();
}

Result<ForeignSamples> of_google_benchmark(const JsonValue& root, bool wall) {
  const JsonValue::Array* rows = root.find("benchmarks")->array();
  if (rows == nullptr) return refused("benchmarks is no array");
  ForeignSamples samples;
  samples.source = MetricSource::kGoogleBenchmark;
  samples.unit = "s";
  samples.one_process = true;
  const std::string_view key = wall ? "real_time" : "cpu_time";
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const JsonValue& row = (*rows)[i];
    // A mean of repetitions is no repetition.
    if (text_of(row, "run_type") == "aggregate") continue;
    const std::string name = text_of(row, "name");
    if (name.empty()) return refused(fmt::format("benchmarks[{}] has no name", i));
    if (const JsonValue* failed = row.find("error_occurred");
        failed != nullptr && failed->boolean().value_or(true))
      return refused(fmt::format("{} failed", shorten(printable(name), 40)));
    const JsonValue* time = row.find(key);
    const std::optional<double> value = time == nullptr ? std::nullopt : time->number();
    const std::optional<double> scale = value_in(kTimeUnits, text_of(row, "time_unit"));
    if (!value || !scale || !(*value * *scale > 0))
      return refused(fmt::format("benchmarks[{}] has no {} above 0 with a time_unit", i, key));
    auto series = std::ranges::find(samples.series, name, &SampleSeries::name);
    if (series == samples.series.end()) {
      samples.series.emplace_back().name = name;
      series = samples.series.end() - 1;
    }
    series->values.push_back(*value * *scale);
  }
  if (samples.series.empty()) return refused("holds no benchmark");
  return samples;
}

Result<ForeignSamples> of_criterion(const JsonValue& root) {
  ForeignSamples samples;
  samples.source = MetricSource::kCriterion;
  samples.unit = "s";
  samples.one_process = true;
  SampleSeries series;
  series.name = "run";
  AF_TRY(const std::vector<double> turns, numbers_of(root.find("iters"), "iters"));
  AF_TRY(const std::vector<double> nanoseconds, numbers_of(root.find("times"), "times"));
  if (turns.size() != nanoseconds.size())
    return refused(
        fmt::format("there are {} times for {} iters", nanoseconds.size(), turns.size()));
  for (std::size_t i = 0; i < turns.size(); ++i) {
    const double seconds = 1e-9 * nanoseconds[i] / turns[i];
    if (!(seconds > 0)) return refused(fmt::format("times[{}] is too small", i));
    series.values.push_back(seconds);
  }
  samples.series.push_back(std::move(series));
  return samples;
}

}  // namespace

Result<ForeignSamples> parse_foreign_samples(std::string_view text, bool wall) {
  const Result<JsonValue> root = parse_json(text, kLimits);
  if (!root) return refused(root.error().what);
  if (root->array() != nullptr) return of_numbers(*root);
  // The first that is there says which form it is; criterion's file has times of its own.
  if (root->find("samples") != nullptr) return of_samples(*root);
  if (root->find("results") != nullptr) return of_hyperfine(*root);
  if (root->find("benchmarks") != nullptr) return of_google_benchmark(*root, wall);
  if (root->find("iters") != nullptr) return of_criterion(*root);
  return refused("is of no known form");
}

}  // namespace asmforge

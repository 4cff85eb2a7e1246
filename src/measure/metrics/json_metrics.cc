// Google Benchmark's and criterion's JSON.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "core/names.h"
#include "measure/metrics/output_metric.h"

namespace asmforge {
namespace {

constexpr std::array<NameOf<double>, 4> kUnits = {{
    {1e-9, "ns"},
    {1e-6, "us"},
    {1e-3, "ms"},
    {1.0, "s"},
}};

std::string text_of(const JsonValue& object, std::string_view key) {
  const JsonValue* value = object.find(key);
  return value != nullptr && value->string() != nullptr ? *value->string() : std::string();
}

std::optional<double> number_of(const JsonValue& object, std::string_view key) {
  const JsonValue* value = object.find(key);
  return value == nullptr ? std::nullopt : value->number();
}

// nanoseconds when the text has no unit, as in criterion's files
std::optional<double> in_seconds(std::optional<double> value, std::string_view unit) {
  if (!value) return std::nullopt;
  for (const NameOf<double>& row : kUnits)
    if (row.name == unit || (unit.empty() && row.name == "ns")) return *value * row.value;
  return std::nullopt;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

// Values by the benchmark's name.
using Readings = std::map<std::string, std::vector<double>, std::less<>>;

Result<double> choose(const Readings& readings, std::string_view name) {
  if (name.empty() && readings.size() == 1) return median(readings.begin()->second);
  if (const auto found = readings.find(name); found != readings.end()) return median(found->second);
  std::string names;
  for (const auto& [known, values] : readings)
    names += (names.empty() ? "" : ", ") + printable(known);
  return Error{ErrorCode::kBadInput,
               name.empty() ? "several benchmarks were printed: " + names
                            : fmt::format("no benchmark '{}' was printed, only {}", name, names),
               "name one of them after the metric's colon"};
}

Error no_json(std::string_view what, std::string_view output, std::string_view hint) {
  return {ErrorCode::kBadInput,
          fmt::format("no {} on standard output; {}", what, beginning_of(output)),
          std::string(hint)};
}

}  // namespace

Result<double> read_google_benchmark_metric(std::string_view name, std::string_view output) {
  const auto absent = [&] {
    return no_json("Google Benchmark JSON", output, "pass the program --benchmark_format=json");
  };
  const Result<JsonValue> root = parse_json(output);
  if (!root || root->find("benchmarks") == nullptr ||
      root->find("benchmarks")->array() == nullptr || root->find("benchmarks")->array()->empty())
    return absent();
  Readings repetitions;
  Readings medians;  // of --benchmark_report_aggregates_only
  for (const JsonValue& row : *root->find("benchmarks")->array()) {
    std::string row_name = text_of(row, "run_name");
    if (row_name.empty()) row_name = text_of(row, "name");
    if (const std::string message = text_of(row, "error_message"); !message.empty())
      return Error{
          ErrorCode::kBadInput,
          fmt::format("benchmark '{}' failed: {}", printable(row_name), printable(message)), ""};
    const std::optional<double> value =
        in_seconds(number_of(row, "cpu_time"), text_of(row, "time_unit"));
    if (!value) continue;
    if (text_of(row, "run_type") != "aggregate") repetitions[row_name].push_back(*value);
    if (text_of(row, "aggregate_name") == "median") medians[row_name].push_back(*value);
  }
  const Readings& readings = repetitions.empty() ? medians : repetitions;
  if (readings.empty()) return absent();
  return choose(readings, name);
}

Result<double> read_criterion_metric(std::string_view name, std::string_view output) {
  Readings readings;
  // estimates.json: {"median": {"point_estimate": 12.3, ...}, ...}, of one benchmark
  if (const Result<JsonValue> root = parse_json(output); root)
    if (const JsonValue* median_object = root->find("median"))
      if (const auto value = in_seconds(number_of(*median_object, "point_estimate"), "ns"))
        return *value;
  // {"reason":"benchmark-complete","id":"fib","median":{"estimate":12.3,"unit":"ns"},...} a line
  for (std::string_view rest = output; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const Result<JsonValue> row = parse_json(line);
    if (!row || text_of(*row, "reason") != "benchmark-complete") continue;
    const JsonValue* median_object = row->find("median");
    if (median_object == nullptr) continue;
    if (const auto value =
            in_seconds(number_of(*median_object, "estimate"), text_of(*median_object, "unit")))
      readings[text_of(*row, "id")].push_back(*value);
  }
  if (readings.empty())
    return no_json("criterion JSON", output,
                   "run it as cargo criterion --message-format=json does");
  return choose(readings, name);
}

}  // namespace asmforge

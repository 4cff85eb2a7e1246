#include "verdict/workloads.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "base/text.h"
#include "collect/compile_command.h"
#include "core/names.h"
#include "measure/metrics/output_metric.h"

namespace asmforge {
namespace {

Error usage(std::string what, std::string hint) {
  return {ErrorCode::kUsage, std::move(what), std::move(hint)};
}

constexpr std::string_view kMetrics =
    "metrics are cpu, wall, peak-memory, instructions, regex:PATTERN, google-benchmark[:NAME] and "
    "criterion[:NAME]";

struct MetricRow {
  std::string_view name;
  MetricSource source;
  std::string_view unit;
  bool deterministic;
};
constexpr std::array<MetricRow, 7> kMetricRows = {{
    {"cpu", MetricSource::kCpuTime, "s", false},
    {"wall", MetricSource::kWallTime, "s", false},
    {"peak-memory", MetricSource::kPeakMemory, "B", false},
    {"instructions", MetricSource::kInstructions, "instructions", true},
    {"regex", MetricSource::kRegex, "", false},
    {"google-benchmark", MetricSource::kGoogleBenchmark, "s", false},
    {"criterion", MetricSource::kCriterion, "s", false},
}};

// A number and what follows it, without blanks between.
struct Quantity {
  double number = 0;
  std::string unit;
};
std::optional<Quantity> parse_quantity(std::string_view text) {
  const std::string copy(text);
  char* end = nullptr;
  Quantity quantity;
  quantity.number = std::strtod(copy.c_str(), &end);
  if (end == copy.c_str() || !std::isfinite(quantity.number) || quantity.number < 0)
    return std::nullopt;
  while (*end == ' ') ++end;
  quantity.unit = end;
  return quantity;
}

// A text that is split as a shell would, or a list of texts.
std::optional<std::vector<std::string>> words(TomlTable& table, std::string_view key) {
  if (!table.is_text(key)) return table.texts(key);
  return split_command(table.text(key).value_or(""));
}

Workload workload_of(TomlTable& table, const Workload& common) {
  Workload workload = common;
  workload.name = table.text("name").value_or("");
  if (workload.name.empty()) table.reject("name", "a workload has no name");
  workload.arguments = words(table, "arguments").value_or(common.arguments);
  read_workload_keys(table, common, workload);
  return workload;
}

}  // namespace

Result<WorkloadMetric> parse_metric(std::string_view text) {
  const std::string_view name = text.substr(0, text.find(':'));
  const std::string_view pattern =
      name.size() == text.size() ? std::string_view() : text.substr(name.size() + 1);
  for (const MetricRow& row : kMetricRows) {
    if (row.name != name) continue;
    WorkloadMetric metric{row.source, std::string(pattern), std::string(row.unit), false,
                          row.deterministic};
    const bool takes_pattern = row.source == MetricSource::kRegex ||
                               row.source == MetricSource::kGoogleBenchmark ||
                               row.source == MetricSource::kCriterion;
    if (!takes_pattern && name.size() != text.size())
      return usage(fmt::format("metric {} takes nothing after a colon", name),
                   std::string(kMetrics));
    if (row.source == MetricSource::kRegex) {
      AF_TRY(const Done good, check_regex_metric(metric.pattern));
      static_cast<void>(good);
    }
    return metric;
  }
  return usage(fmt::format("no metric '{}'", printable(text)), std::string(kMetrics));
}

Result<Workload> parse_workload(std::string_view text, const Workload& common) {
  const std::size_t equals = text.find('=');
  if (equals == 0 || equals == std::string_view::npos)
    return usage(fmt::format("workload '{}' is no NAME=ARGUMENTS", printable(text)),
                 "try --workload 'small=-k small.txt'");
  Workload workload = common;
  workload.name = text.substr(0, equals);
  workload.arguments = split_command(text.substr(equals + 1));
  return workload;
}

void read_workload_keys(TomlTable& table, const Workload& common, Workload& workload) {
  if (const auto metric = table.text("metric")) {
    const Result<WorkloadMetric> parsed = parse_metric(*metric);
    if (parsed)
      workload.metric = *parsed;
    else
      table.reject("metric", parsed.error().what);
  }
  workload.metric.unit = table.text("unit").value_or(workload.metric.unit);
  workload.metric.higher_is_better =
      table.truth("higher-is-better").value_or(workload.metric.higher_is_better);
  workload.metric.deterministic = table.truth("exact").value_or(workload.metric.deterministic);
  workload.environment = words(table, "env").value_or(common.environment);
  workload.input_path = table.text("input").value_or(common.input_path);
  workload.validation = table.truth("validation").value_or(common.validation);
  workload.weight = table.number("weight").value_or(common.weight);
  if (!(workload.weight > 0)) table.reject("weight", "a weight must be above 0");
  workload.exit_status =
      static_cast<int>(table.whole_number("exit-status").value_or(common.exit_status));
}

Result<std::vector<Workload>> read_suite(const std::string& path, const Workload& common) {
  constexpr std::string_view kHint = "docs/user/ab.md shows a suite";
  AF_TRY(TomlTable root, TomlTable::read_file(path));
  std::vector<Workload> workloads;
  for (TomlTable& table : root.tables("workload")) workloads.push_back(workload_of(table, common));
  AF_TRY(const Done good, root.finish(kHint));
  static_cast<void>(good);
  if (workloads.empty())
    return Error{ErrorCode::kBadInput, fmt::format("{}: it holds no [[workload]] table", path),
                 std::string(kHint)};
  return workloads;
}

Result<double> parse_share(std::string_view text) {
  const std::optional<Quantity> quantity = parse_quantity(text);
  const double scale = quantity && quantity->unit == "%" ? 0.01 : 1;
  if (!quantity || (scale == 1 && !quantity->unit.empty()) || quantity->number * scale >= 1)
    return usage(fmt::format("'{}' is no share", printable(text)), "write 0.5% or 0.005");
  return quantity->number * scale;
}

Result<double> parse_seconds(std::string_view text) {
  struct UnitRow {
    std::string_view name;
    double seconds;
  };
  constexpr std::array<UnitRow, 5> kUnits = {
      {{"", 1}, {"s", 1}, {"m", 60}, {"min", 60}, {"h", 3600}}};
  if (const std::optional<Quantity> quantity = parse_quantity(text);
      quantity && quantity->number > 0)
    for (const UnitRow& row : kUnits)
      if (row.name == quantity->unit) return quantity->number * row.seconds;
  return usage(fmt::format("'{}' is no time", printable(text)), "write 90s, 2m or 1h");
}

}  // namespace asmforge

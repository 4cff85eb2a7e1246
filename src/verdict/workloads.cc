#include "verdict/workloads.h"

#include <fmt/format.h>
// All of it here, without exceptions: Debian's shared library throws, and costs at each start.
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <set>

#include "base/mapped_file.h"
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

// One [[workload]] table. The first thing that is wrong with it is the error.
class TableReader {
 public:
  TableReader(const std::string& path, const toml::table& table) : path_(path), table_(table) {}

  Result<Workload> read(const Workload& common) {
    Workload workload = common;
    workload.name = text("name").value_or("");
    if (const auto metric = text("metric")) {
      const Result<WorkloadMetric> parsed = parse_metric(*metric);
      if (!parsed)
        fail(parsed.error().what);
      else
        workload.metric = *parsed;
    }
    workload.arguments = words("arguments").value_or(common.arguments);
    workload.environment = words("environment").value_or(common.environment);
    workload.input_path = text("input").value_or(common.input_path);
    workload.metric.unit = text("unit").value_or(workload.metric.unit);
    workload.metric.higher_is_better =
        value<bool>("higher-is-better", "true or false").value_or(workload.metric.higher_is_better);
    workload.metric.deterministic =
        value<bool>("exact", "true or false").value_or(workload.metric.deterministic);
    workload.validation = value<bool>("validation", "true or false").value_or(common.validation);
    workload.weight = value<double>("weight", "a number").value_or(common.weight);
    workload.exit_status = static_cast<int>(
        value<std::int64_t>("exit-status", "a whole number").value_or(common.exit_status));
    if (workload.name.empty()) fail("a workload has no name");
    if (!(workload.weight > 0)) fail("a weight must be above 0");
    for (const auto& [key, node] : table_)
      if (!known_.contains(key.str())) fail(fmt::format("no key '{}' is known", key.str()));
    if (!problem_.empty())
      return Error{ErrorCode::kBadInput,
                   fmt::format("{}:{}: {}", path_, table_.source().begin.line, problem_),
                   "docs/user/ab.md shows a suite"};
    return workload;
  }

 private:
  void fail(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }
  template <class T>
  std::optional<T> value(std::string_view key, std::string_view kind) {
    known_.insert(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr) return std::nullopt;
    const std::optional<T> read = node->value<T>();
    if (!read) fail(fmt::format("'{}' must be {}", key, kind));
    return read;
  }
  std::optional<std::string> text(std::string_view key) {
    return value<std::string>(key, "a text");
  }
  std::optional<std::vector<std::string>> words(std::string_view key) {
    known_.insert(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr) return std::nullopt;
    if (const auto line = node->value<std::string>()) return split_command(*line);
    std::vector<std::string> list;
    if (const toml::array* array = node->as_array()) {
      for (const toml::node& element : *array) {
        const auto word = element.value<std::string>();
        if (!word) fail(fmt::format("'{}' must hold texts", key));
        list.push_back(word.value_or(""));
      }
      return list;
    }
    fail(fmt::format("'{}' must be a text or a list of texts", key));
    return std::nullopt;
  }

  const std::string& path_;
  const toml::table& table_;
  std::set<std::string_view> known_;
  std::string problem_;
};

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

Result<std::vector<Workload>> read_suite(const std::string& path, const Workload& common) {
  AF_TRY(const std::shared_ptr<const MappedFile> file, MappedFile::open(path));
  const std::string_view text(reinterpret_cast<const char*>(file->bytes().data()),
                              file->bytes().size());
  const toml::parse_result parsed = toml::parse(text, path);
  if (!parsed)
    return Error{ErrorCode::kBadInput,
                 fmt::format("{}:{}: {}", path, parsed.error().source().begin.line,
                             printable(parsed.error().description())),
                 "docs/user/ab.md shows a suite"};
  const toml::table& root = parsed.table();
  const toml::array* tables = root["workload"].as_array();
  if (tables == nullptr || tables->empty() || root.size() != 1 || !tables->is_array_of_tables())
    return Error{ErrorCode::kBadInput,
                 fmt::format("{}: a suite holds [[workload]] tables and nothing else", path),
                 "docs/user/ab.md shows a suite"};
  std::vector<Workload> workloads;
  for (const toml::node& table : *tables) {
    AF_TRY(Workload workload, TableReader(path, *table.as_table()).read(common));
    workloads.push_back(std::move(workload));
  }
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

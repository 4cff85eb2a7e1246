#include "report/writers/soak.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"
#include "report/json_document.h"

namespace asmforge {
namespace {

constexpr std::array<std::string_view, 2> kArmNames = {"before", "after"};

std::string signed_bytes(double bytes) {
  const auto magnitude = static_cast<std::uint64_t>(std::llround(std::abs(bytes)));
  return fmt::format("{}{}", bytes < 0 && magnitude != 0 ? "-" : "", human_bytes(magnitude));
}

std::string bytes_an_hour(const SoakEstimate& estimate) {
  return fmt::format("{} an hour [{}, {}]", signed_bytes(estimate.value),
                     signed_bytes(estimate.low), signed_bytes(estimate.high));
}

// 0.000123 s as "123 us".
std::string duration(double seconds) {
  struct Unit {
    double seconds;
    std::string_view name;
  };
  for (const Unit& unit : {Unit{1, "s"}, Unit{1e-3, "ms"}, Unit{1e-6, "us"}}) {
    if (seconds >= unit.seconds) return fmt::format("{:.3g} {}", seconds / unit.seconds, unit.name);
  }
  return fmt::format("{:.3g} ns", seconds * 1e9);
}

std::string hours(double value) {
  if (value < 1.0 / 60) return fmt::format("{:.0f} s", std::ceil(value * 3600));
  return value < 1 ? fmt::format("{:.0f} min", std::ceil(value * 60))
                   : fmt::format("{:.1f} h", value);
}

void write_row(std::string_view name, const std::string& value, Output& out) {
  out.print("  {:<14}{}\n", name, value);
}

void write_rate(std::string_view name, const std::optional<SoakRate>& rate, Output& out) {
  if (rate)
    write_row(name,
              fmt::format("{:.3g} an operation, at most {:.3g}", rate->per_operation, rate->upper),
              out);
}

void write_memory(const SoakArmReport& report, Output& out) {
  write_row("resident",
            fmt::format("{} after the warm-up, {} at the end", human_bytes(report.resident_first),
                        human_bytes(report.resident_last)),
            out);
  if (report.growth) write_row("growth", bytes_an_hour(*report.growth), out);
  if (report.late_growth) write_row("last quarter", bytes_an_hour(*report.late_growth), out);
  if (report.growth_per_operation)
    write_row("", fmt::format("{:.3g} bytes an operation", *report.growth_per_operation), out);
  if (report.releases != 0)
    write_row("given back", fmt::format("{} times; judged on what stayed", report.releases), out);
}

void write_speed(const SoakArm& arm, const SoakArmReport& report, Output& out) {
  const auto share = [](const std::optional<double>& value) {
    return value ? percent(*value) : std::string("unknown");
  };
  write_row("variation",
            fmt::format("CPU time {}{}, over {} epochs of {}", share(report.cpu_variation),
                        arm.operations_counted ? ", wall time " + share(report.wall_variation) : "",
                        report.epochs, duration(report.epoch_seconds)),
            out);
  if (report.noise_floor)
    write_row(
        "noise floor",
        fmt::format("{} between odd and even epochs of this one run", percent(*report.noise_floor)),
        out);
  for (const SoakPercentile& p : report.percentiles) {
    const std::string name = fmt::format("p{:g}", 100 * p.share);
    if (p.seconds)
      write_row(name,
                fmt::format("{} [{}, {}]", duration(p.seconds->value), duration(p.seconds->low),
                            duration(p.seconds->high)),
                out);
    else
      write_row(
          name,
          fmt::format("not given: {} operations are needed, {} were timed",
                      with_separators(p.needed), with_separators(arm.operation_seconds.size())),
          out);
  }
}

void write_arm(const SoakArm& arm, const SoakArmReport& report, Output& out) {
  write_memory(report, out);
  if (!arm.memory.empty())
    write_row("of it",
              fmt::format("{} heap and stacks, {} mapped files",
                          human_bytes(arm.memory.back().anonymous_bytes),
                          human_bytes(arm.memory.back().file_bytes)),
              out);
  write_speed(arm, report, out);
  if (!arm.operations_counted) {
    write_row("operations", "not counted; --operations REGEX says how", out);
  } else {
    write_row("operations", with_separators(report.operations), out);
    if (!arm.system_calls_unknown.empty())
      write_row("system calls", "unknown: " + printable(arm.system_calls_unknown), out);
    write_rate("system calls", report.system_calls, out);
    write_rate("page faults", report.faults, out);
    write_rate("switches", report.switches, out);
  }
  if (!arm.ending.empty()) write_row("ended", "the program " + printable(arm.ending), out);
}

Paint paint_of(SoakKind kind) {
  if (kind == SoakKind::kLeak) return Paint::kBad;
  return kind == SoakKind::kFlat ? Paint::kGood : Paint::kTitle;
}

std::string joined(const std::vector<std::string>& command) {
  std::string text;
  for (const std::string& word : command) text += (text.empty() ? "" : " ") + printable(word);
  return text;
}

Json estimate_json(const SoakEstimate& e) {
  return {{"value", e.value}, {"low", e.low}, {"high", e.high}};
}
template <class T, class Make>
Json optional_json(const std::optional<T>& value, Make make) {
  return value ? Json(make(*value)) : Json(nullptr);
}
Json rate_json(const SoakRate& r) {
  return {{"per_operation", r.per_operation}, {"upper", r.upper}};
}
Json number_json(double value) { return value; }

Json arm_report_json(const SoakArmReport& r) {
  Json percentiles = Json::array();
  for (const SoakPercentile& p : r.percentiles)
    percentiles.push_back({{"share", p.share},
                           {"seconds", optional_json(p.seconds, estimate_json)},
                           {"operations_needed", p.needed}});
  return {{"verdict", to_string(r.kind)},
          {"reason", r.reason},
          {"growth_bytes_per_hour", optional_json(r.growth, estimate_json)},
          {"late_growth_bytes_per_hour", optional_json(r.late_growth, estimate_json)},
          {"growth_bytes_per_operation", optional_json(r.growth_per_operation, number_json)},
          {"hours_needed", optional_json(r.hours_needed, number_json)},
          {"releases", r.releases},
          {"operations", r.operations},
          {"cpu_variation", optional_json(r.cpu_variation, number_json)},
          {"wall_variation", optional_json(r.wall_variation, number_json)},
          {"noise_floor", optional_json(r.noise_floor, number_json)},
          {"percentiles", percentiles},
          {"system_calls", optional_json(r.system_calls, rate_json)},
          {"faults", optional_json(r.faults, rate_json)},
          {"switches", optional_json(r.switches, rate_json)}};
}

}  // namespace

void write_soak(const SoakRecord& record, const SoakReport& report, const Palette& palette,
                Output& out) {
  for (std::size_t i = 0; i < report.arms.size(); ++i) {
    const SoakArmReport& arm = report.arms[i];
    std::string line(to_string(arm.kind));
    line = palette(paint_of(arm.kind), line);
    if (report.arms.size() == 2) line = fmt::format("{}: {}", kArmNames.at(i), line);
    out.print("{}: {}", line, arm.reason);
    if (arm.hours_needed) out.print("; a run of {} would tell", hours(*arm.hours_needed));
    out.write("\n");
    write_row("program", joined(record.arms[i].command), out);
    write_arm(record.arms[i], arm, out);
  }
  if (report.comparison)
    out.print("after / before: CPU time {:.4f} (p {:.3g}), other variation p {:.3g}\n",
              report.comparison->ratio, report.comparison->p, report.comparison->dispersion_p);
  if (record.interrupted) out.write("note: interrupted; this is what was seen so far\n");
}

void write_soak_json(const SoakRecord& record, const SoakReport& report, Output& out) {
  JsonDocument json(out, "asmforge/soak/1");
  const SoakSettings& s = record.settings;
  json.member("verdict", std::string(to_string(report.kind)));
  json.member("settings", {{"seconds", s.seconds},
                           {"epoch_seconds", s.epoch_seconds},
                           {"warmup", s.warmup},
                           {"limit_bytes_per_hour", s.limit_bytes_per_hour},
                           {"confidence", s.confidence},
                           {"seed", s.seed},
                           {"page_bytes", s.page_bytes}});
  json.member("interrupted", record.interrupted);
  json.member("comparison", optional_json(report.comparison, [](const SoakComparison& c) {
                return Json{{"ratio", c.ratio}, {"p", c.p}, {"dispersion_p", c.dispersion_p}};
              }));
  json.member("sample_fields", {"seconds", "operations", "resident_bytes", "resident_low_bytes",
                                "cpu_seconds", "minor_faults", "major_faults", "voluntary_switches",
                                "involuntary_switches", "system_calls"});
  json.begin_array("arms");
  for (std::size_t i = 0; i < record.arms.size(); ++i) {
    const SoakArm& arm = record.arms[i];
    Json samples = Json::array();
    for (const SoakSample& x : arm.samples)
      samples.push_back(
          Json::array({x.seconds, x.operations, x.resident_bytes, x.resident_low_bytes,
                       x.cpu_seconds, x.minor_faults, x.major_faults, x.voluntary_switches,
                       x.involuntary_switches, x.system_calls}));
    Json memory = Json::array();
    for (const SoakMemory& m : arm.memory)
      memory.push_back(Json::array({m.seconds, m.anonymous_bytes, m.file_bytes}));
    json.element({{"command", arm.command},
                  {"ending", arm.ending},
                  {"operations_counted", arm.operations_counted},
                  {"system_calls_unknown", arm.system_calls_unknown},
                  {"report", i < report.arms.size() ? arm_report_json(report.arms[i]) : Json()},
                  {"memory", memory},
                  {"operation_seconds", arm.operation_seconds},
                  {"samples", samples}});
  }
  json.end_array();
}

}  // namespace asmforge

// A long run of a program watched from outside, and what it says.
//
// A SoakRecord is only data: the report is a function of it (soak/judge.h), so that a
// recorded run can be judged again and made-up series of known truth test the judgement.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asmforge {

// What the program had used up at one moment. Counters count from its start.
struct SoakSample {
  double seconds = 0;  // that the program was allowed to run, since its start
  std::uint64_t operations = 0;
  std::uint64_t resident_bytes = 0;
  std::uint64_t resident_low_bytes = 0;  // lowest within the epoch that ends here
  double cpu_seconds = 0;                // of all threads
  std::uint64_t minor_faults = 0;
  std::uint64_t major_faults = 0;
  std::uint64_t voluntary_switches = 0;
  std::uint64_t involuntary_switches = 0;
  std::uint64_t system_calls = 0;
};

// From smaps_rollup, each minute.
struct SoakMemory {
  double seconds = 0;
  std::uint64_t anonymous_bytes = 0;  // heap, stacks
  std::uint64_t file_bytes = 0;       // mapped files that are resident
};

struct SoakArm {
  std::vector<std::string> command;
  std::vector<SoakSample> samples;  // one an epoch, in order
  std::vector<SoakMemory> memory;
  std::vector<double> operation_seconds;  // between the lines of two operations, as they came
  std::string system_calls_unknown;       // why they were not counted; empty when they were
  bool operations_counted = false;
  std::string ending;  // "was killed by SIGSEGV"; empty when it still ran and was stopped
};

struct SoakSettings {
  double seconds = 60;          // of each program
  double epoch_seconds = 0.25;  // between samples
  double warmup = 0.1;          // share at the start that is not judged
  double limit_bytes_per_hour = 256.0 * 1024;
  double confidence = 0.95;
  std::uint64_t seed = 1;
  std::uint64_t page_bytes = 4096;
};

struct SoakRecord {
  SoakSettings settings;
  std::vector<SoakArm> arms;  // one, or BEFORE and AFTER
  bool interrupted = false;
};

enum class SoakKind : std::uint8_t { kFlat, kLeak, kInconclusive };
std::string_view to_string(SoakKind kind);  // "FLAT"

// An estimate with its interval.
struct SoakEstimate {
  double value = 0;
  double low = 0;
  double high = 0;
};

struct SoakRate {
  double per_operation = 0;
  double upper = 0;  // Poisson bound of the level of SoakSettings::confidence
};

// Of n values in order, the one at this share; none when the sample is too small to say.
struct SoakPercentile {
  double share = 0;
  std::optional<SoakEstimate> seconds;
  std::uint64_t needed = 0;  // how many values it takes
};

struct SoakArmReport {
  SoakKind kind = SoakKind::kInconclusive;
  std::string reason;                       // one clause
  std::optional<SoakEstimate> growth;       // bytes per hour, after the warm-up
  std::optional<SoakEstimate> late_growth;  // in the last quarter alone
  std::optional<double> growth_per_operation;
  std::optional<double> hours_needed;
  std::uint64_t resident_first = 0;
  std::uint64_t resident_last = 0;
  std::uint32_t releases = 0;  // times that much memory was given back
  double seconds = 0;          // judged
  std::uint64_t operations = 0;
  std::uint32_t epochs = 0;
  double epoch_seconds = 0;
  // Coefficients of variation over epochs, of time per operation or of CPU per second.
  std::optional<double> cpu_variation;
  std::optional<double> wall_variation;
  std::optional<double> noise_floor;  // odd against even epochs of the same run: |ratio - 1|
  std::vector<SoakPercentile> percentiles;
  std::optional<SoakRate> system_calls;
  std::optional<SoakRate> faults;
  std::optional<SoakRate> switches;
};

// AFTER against BEFORE: CPU time per operation, or per second without operations.
struct SoakComparison {
  double ratio = 1;
  double p = 1;
  double dispersion_p = 1;  // of equal variation over epochs
};

struct SoakReport {
  SoakKind kind = SoakKind::kInconclusive;  // the worst of the arms
  std::vector<SoakArmReport> arms;
  std::optional<SoakComparison> comparison;
};

}  // namespace asmforge

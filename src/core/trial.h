// A comparison of two builds as it was measured: every run, with what decided
// which program ran when, and all that is needed to decide again from the record.
//
// A Trial is only data. The verdict is a function of it (verdict/decide.h), so that a
// recorded trial gives the same verdict years later, and so that a synthetic one of
// known truth can test the statistics without a clock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/predicate.h"

namespace asmforge {

enum class Arm : std::uint8_t {
  kBefore,
  kAfter,
  kControl,    // a byte copy of BEFORE, or BEFORE made anew by undoing the change
  kReference,  // interleaved and reported, never judged
};
inline constexpr std::size_t kArms = 4;
std::string_view to_string(Arm arm);
std::optional<Arm> arm_from_string(std::string_view text);

// The part of a trial that a run belongs to.
enum class Stage : std::uint8_t {
  kCalibration,  // BEFORE and its copy in turn: how noisy is this machine
  kNatural,      // the programs as they were built
  kPlacement,    // relinked, each start residue mod 64 once: stage C of docs/dev/verdict.md
  kBlocks,       // reassembled, each block at each residue: stage A
  kRevert,       // BEFORE, AFTER and the undone change in turn
};
inline constexpr std::size_t kStages = 5;
std::string_view to_string(Stage stage);
std::optional<Stage> stage_from_string(std::string_view text);

// Why a run is not to be trusted; a bit each. Such a block of runs is made again.
enum class Disturbance : std::uint8_t {
  kSteal = 1u << 0,    // the hypervisor took the processor
  kWaited = 1u << 1,   // the program was runnable and did not run: others ran there
  kCanary = 1u << 2,   // a loop of known length took longer than it does
  kSibling = 1u << 3,  // the other thread of the core was busy
  kMoved = 1u << 4,    // ran on another processor than the one it was given
};
inline constexpr std::size_t kDisturbances = 5;
std::string_view to_string(Disturbance disturbance);

inline constexpr std::uint32_t kNoLayout = 0xffff'ffff;

// One process from start to end.
struct RunSample {
  Arm arm = Arm::kBefore;
  Stage stage = Stage::kNatural;
  std::uint32_t workload = 0;  // index into Trial::workloads
  std::uint32_t block = 0;     // runs of one block were made one after another, in random order
  std::uint32_t position = 0;  // place within the block
  std::uint32_t layout = kNoLayout;  // index of the layout in its stage; kNoLayout when natural
  double value = 0;                  // the workload's metric, in its unit, as read
  double cpu_seconds = 0;            // user and system time of the process and its threads
  double wall_seconds = 0;
  double waited_seconds = 0;  // runnable, but not running
  std::uint64_t minor_faults = 0;
  std::uint64_t major_faults = 0;
  std::uint64_t voluntary_switches = 0;
  std::uint64_t involuntary_switches = 0;
  std::uint64_t peak_resident_bytes = 0;
  std::optional<std::uint64_t> cycles;  // counted by the processor, where it lets us
  std::optional<std::uint64_t> instructions;
  std::uint32_t environment_padding_bytes = 0;
  std::uint8_t disturbances = 0;  // bits of Disturbance
  bool repeated = false;          // the block was disturbed and made again; not used to decide
  int exit_status = 0;
  int signal = 0;
  std::string output_hash;  // of standard output; hexadecimal
  [[nodiscard]] bool disturbed(Disturbance d) const {
    return (disturbances & static_cast<std::uint8_t>(d)) != 0;
  }
  [[nodiscard]] bool succeeded(int wanted_status) const {
    return signal == 0 && exit_status == wanted_status;
  }
  bool operator==(const RunSample&) const = default;
};

// What is read of a run.
enum class MetricSource : std::uint8_t {
  kCpuTime,          // of the process, from the kernel's clock: seconds
  kWallTime,         // seconds
  kRegex,            // the first group of a regular expression on standard output
  kGoogleBenchmark,  // JSON of one benchmark on standard output: seconds
  kCriterion,        // JSON of one benchmark: seconds
  kInstructions,     // exact, counted in QEMU
  kPeakMemory,       // bytes
  kSamples,          // numbers that others took, as they gave them
};
std::string_view to_string(MetricSource source);
std::optional<MetricSource> metric_source_from_string(std::string_view text);

struct WorkloadMetric {
  MetricSource source = MetricSource::kCpuTime;
  std::string pattern;            // the expression, or the benchmark's name
  std::string unit = "s";         // printed after the value
  bool higher_is_better = false;  // throughput
  bool deterministic = false;     // equal inputs give equal values: compared exactly
  bool operator==(const WorkloadMetric&) const = default;
};

struct Workload {
  std::string name;
  std::vector<std::string> arguments;    // after the program's own name
  std::vector<std::string> environment;  // "NAME=value", besides the clean one
  std::string input_path;                // standard input; empty: /dev/null
  WorkloadMetric metric;
  double weight = 1.0;
  bool validation = false;  // never used to choose, only to confirm
  int exit_status = 0;      // what counts as success
  bool operator==(const Workload&) const = default;
};

// A build as it was used.
struct ArmBuild {
  Arm arm = Arm::kBefore;
  std::string path;
  std::string build_id;      // hexadecimal, empty when there is none
  std::string content_hash;  // of the whole file
  bool operator==(const ArmBuild&) const = default;
};

// A relinked program of the placement or blocks stage.
struct Layout {
  Stage stage = Stage::kPlacement;
  Arm arm = Arm::kBefore;
  std::uint32_t index = 0;    // RunSample::layout
  std::uint32_t residue = 0;  // placement: start of the changed functions mod 64
  std::uint64_t seed = 0;     // of the link order
  std::string content_hash;
  bool operator==(const Layout&) const = default;
};

// What a layout stage could do, and what it could not.
struct LayoutStage {
  Stage stage = Stage::kPlacement;
  bool available = false;
  std::string reason;  // why not, or what it could only do in part; one clause
  std::uint32_t layouts = 0;
  std::vector<std::string> functions;           // that were moved
  std::optional<double> matched_share;          // of executed blocks found in both arms
  std::optional<std::uint32_t> link_alignment;  // that the natural link gives these functions
  bool operator==(const LayoutStage&) const = default;
};

enum class GateOutcome : std::uint8_t { kPassed, kFailed, kNotRun };
std::string_view to_string(GateOutcome outcome);
std::optional<GateOutcome> gate_outcome_from_string(std::string_view text);

// The gate that asks whether undoing the change gives BEFORE again; not about correctness.
inline constexpr std::string_view kRevertGate = "revert-verify";

// A question that must be answered yes before timing means anything.
struct Gate {
  std::string name;  // "output equal", "check", or kRevertGate
  GateOutcome outcome = GateOutcome::kNotRun;
  std::string detail;  // one clause
  bool operator==(const Gate&) const = default;
};

// How much of two builds is the same, decided without running them.
enum class Closure : std::uint8_t {
  kDiffers,    // or cannot be shown not to
  kIdentical,  // everything that is loaded is byte for byte the same
  kPlacement,  // the same contents at other addresses
};
std::string_view to_string(Closure closure);
std::optional<Closure> closure_from_string(std::string_view text);

// The plan of looks of a group-sequential stage, fixed before the first run.
struct LookPlan {
  std::vector<std::uint32_t> units;  // units (pairs or quads) at each look
  double alpha = 0.05;               // two-sided, over all looks
  bool operator==(const LookPlan&) const = default;
};

struct TrialSettings {
  double floor = 0.005;         // effects below this are of no practical use
  double alpha = 0.01;          // of each layout stage
  double natural_alpha = 0.05;  // of the natural stage, over all its looks
  double budget_seconds = 60;
  std::uint64_t seed = 0;
  bool no_layout = false;        // the user consents to a natural-only verdict
  bool gate_no_worse = false;    // the question is only: is it slower
  bool sequential_data = false;  // foreign samples, all of A before all of B
  bool foreign_data = false;     // samples that others took; nothing was run here
  bool operator==(const TrialSettings&) const = default;
};

// What the machine was like; printed with every verdict.
struct TrialEnvironment {
  std::string cpu;
  std::uint32_t processors = 0;
  std::uint32_t measured_on = 0;  // the processor that the runs were pinned to
  bool pinned = false;
  std::string kernel;
  std::string tool_version;
  std::string started;  // UTC, ISO 8601
  std::vector<std::string> notes;
  bool operator==(const TrialEnvironment&) const = default;
};

// What a change was said to do to the assembly, and whether it did.
struct StatedPrediction {
  std::string statement;  // as it was written
  PredicateResult result;
  bool operator==(const StatedPrediction&) const = default;
};

struct Trial {
  TrialSettings settings;
  TrialEnvironment environment;
  std::vector<ArmBuild> builds;
  std::vector<Workload> workloads;
  std::vector<LookPlan> natural_looks;  // one a workload
  std::vector<RunSample> runs;
  std::vector<Layout> layouts;
  std::vector<LayoutStage> layout_stages;
  std::vector<Gate> gates;
  Closure closure = Closure::kDiffers;
  std::string closure_detail;
  std::vector<StatedPrediction> predictions;
  bool interrupted = false;
  std::string failure;  // why measuring ended before its time; empty when it did not
  std::vector<std::string> notes;
  bool operator==(const Trial&) const = default;
};

}  // namespace asmforge

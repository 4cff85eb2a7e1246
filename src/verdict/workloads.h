// What is to be run, as people write it: on the command line, or in a suite file.
//
//     [[workload]]
//     name = "small files"
//     arguments = "-k corpus/small"      # split as a shell would, or a list
//     metric = "regex:([0-9.]+) MB/s"    # cpu when it is left out
//     higher-is-better = true
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/toml_table.h"
#include "core/result.h"
#include "core/trial.h"

namespace asmforge {

// cpu, wall, peak-memory, instructions, regex:PATTERN, google-benchmark[:NAME],
// criterion[:NAME].
Result<WorkloadMetric> parse_metric(std::string_view text);

// "NAME=ARGUMENTS", arguments as a shell splits them; the rest is that of `common`.
Result<Workload> parse_workload(std::string_view text, const Workload& common);

// A TOML file of [[workload]] tables. What a table does not say is as in `common`.
Result<std::vector<Workload>> read_suite(const std::string& path, const Workload& common);

// The keys of any table of a workload, but for what it is called and runs: metric, unit,
// higher-is-better, exact, env, input, validation, weight, exit-status.
void read_workload_keys(TomlTable& table, const Workload& common, Workload& workload);

// "2.5 %" and "0.025" as 0.025.
Result<double> parse_share(std::string_view text);

// "90", "90s", "2m", "1h" as seconds.
Result<double> parse_seconds(std::string_view text);

}  // namespace asmforge

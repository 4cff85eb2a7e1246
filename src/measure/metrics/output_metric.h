// Numbers that a program prints about itself.
#pragma once

#include <string_view>

#include "core/result.h"
#include "core/trial.h"

namespace asmforge {

// Errors (kBadInput) say what was looked for and what was there instead.

// The first group of the first match of a regular expression (RE2's syntax); all of the
// match when there is no group.
Result<double> read_regex_metric(const std::string& pattern, std::string_view output);
// kUsage when `pattern` is no regular expression, or has nothing to match.
Result<Done> check_regex_metric(const std::string& pattern);

// CPU seconds of one benchmark from `--benchmark_format=json`; `name` may be empty when
// there is only one. Repetitions count by their median.
Result<double> read_google_benchmark_metric(std::string_view name, std::string_view output);

// Median seconds of one benchmark, from `cargo criterion --message-format=json` or from
// criterion's own estimates.json.
Result<double> read_criterion_metric(std::string_view name, std::string_view output);

// "./prog printed nothing" or "its output begins with 'x'": for messages.
std::string beginning_of(std::string_view output);

}  // namespace asmforge

#include <fmt/format.h>
#include <re2/re2.h>

#include <cmath>
#include <cstdlib>

#include "base/text.h"
#include "measure/metrics/output_metric.h"

namespace asmforge {
namespace {

RE2::Options options() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_encoding(RE2::Options::EncodingLatin1);  // output may be no UTF-8
  return options;
}

}  // namespace

std::string beginning_of(std::string_view output) {
  constexpr std::size_t kShown = 60;
  const std::string_view line = output.substr(0, output.find('\n'));
  if (output.empty()) return "it printed nothing";
  return fmt::format("its output begins with '{}'", shorten(printable(line), kShown));
}

Result<Done> check_regex_metric(const std::string& pattern) {
  const RE2 expression(pattern, options());
  if (pattern.empty() || !expression.ok())
    return Error{ErrorCode::kUsage,
                 fmt::format("'{}' is no regular expression{}{}", pattern,
                             expression.ok() ? "" : ": ", expression.error()),
                 "put the number in parentheses: 'regex:([0-9.]+) MB/s'"};
  return Done{};
}

Result<double> read_regex_metric(const std::string& pattern, std::string_view output) {
  const std::string whole =
      RE2(pattern, options()).NumberOfCapturingGroups() > 0 ? pattern : "(" + pattern + ")";
  const RE2 expression(whole, options());
  std::string found;
  if (!RE2::PartialMatch(re2::StringPiece(output.data(), output.size()), expression, &found))
    return Error{ErrorCode::kBadInput,
                 fmt::format("'{}' matches nothing; {}", pattern, beginning_of(output)),
                 "mend the expression"};
  char* end = nullptr;
  const double value = std::strtod(found.c_str(), &end);
  if (found.empty() || *end != '\0' || !std::isfinite(value))
    return Error{ErrorCode::kBadInput,
                 fmt::format("'{}' matches '{}', which is no number", pattern, printable(found)),
                 "put the number alone in the first parentheses"};
  return value;
}

}  // namespace asmforge

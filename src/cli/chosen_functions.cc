#include "cli/chosen_functions.h"

#include <utility>

#include "base/name_pattern.h"
#include "cli/function_names.h"

namespace asmforge {

ChosenFunctions::ChosenFunctions(std::vector<std::string> patterns)
    : patterns_(std::move(patterns)), used_(patterns_.size()) {}

bool ChosenFunctions::fits(std::string_view symbol, std::string_view demangled) {
  bool any = false;
  for (std::size_t i = 0; i < patterns_.size(); ++i) {
    const std::string& pattern = patterns_[i];
    if (pattern != symbol && !fits_pattern(pattern, demangled) &&
        !fits_pattern(pattern, whole_name(demangled)) &&
        !fits_pattern(pattern, last_part(demangled)))
      continue;
    used_[i] = true;
    any = true;
  }
  return any;
}

bool ChosenFunctions::fits(const SourceLocation& source) {
  bool any = false;
  for (const SourceFrame& frame : source.frames) any |= fits(frame.function, frame.function);
  return any;
}

bool ChosenFunctions::has(const Finding& finding) { return has(finding, {finding.source}); }

bool ChosenFunctions::has(const Finding& place, const std::vector<SourceLocation>& sources) {
  if (patterns_.empty()) return true;
  bool any = fits(place.function, place.demangled.empty() ? place.function : place.demangled);
  for (const SourceLocation& source : sources) any |= fits(source);
  return any;
}

std::vector<std::string> ChosenFunctions::without_use() const {
  std::vector<std::string> unused;
  for (std::size_t i = 0; i < patterns_.size(); ++i)
    if (!used_[i]) unused.push_back(patterns_[i]);
  return unused;
}

}  // namespace asmforge

// Reads back what `ab --json` and `ab --record` wrote, to decide again. The text may be
// hostile: what is returned can be decided on.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "core/trial.h"
#include "core/verdict.h"

namespace asmforge {

struct RecordedTrial {
  Trial trial;
  VerdictKind kind = VerdictKind::kInvestigate;  // as recorded
  VerdictReason reason = VerdictReason::kUnderpowered;
};

Result<RecordedTrial> parse_trial(std::string_view text);
Result<RecordedTrial> read_trial(const std::string& path);

}  // namespace asmforge

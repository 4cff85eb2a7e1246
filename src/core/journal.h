// What a project remembers of its comparisons: one line each, and how often predictions
// came true.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/verdict.h"

namespace asmforge {

// What a trial does not know about itself.
struct JournalContext {
  std::string before_name;  // as people called it: "HEAD~1"
  std::string before_commit;
  std::string after_name;
  std::string after_commit;
  std::string binary;     // from the project's folder
  std::string check;      // whose finding the change mends; may be empty
  std::string transform;  // that made the change; may be empty
};

struct JournalEntry {
  std::int64_t number = 0;
  std::string started;  // UTC, ISO 8601
  JournalContext context;
  VerdictKind kind = VerdictKind::kInvestigate;
  VerdictReason reason = VerdictReason::kUnderpowered;
  std::optional<Effect> effect;  // what decided: over all layouts, otherwise as built
  std::int64_t true_predictions = 0;
  std::int64_t false_predictions = 0;
  std::int64_t unknown_predictions = 0;
};

// How often predictions of a kind came true.
struct JournalScore {
  std::string check;      // "" for those that no check made
  std::string transform;  // "" for changes by hand
  std::int64_t came_true = 0;
  std::int64_t came_false = 0;
  std::int64_t unknown = 0;
};

}  // namespace asmforge

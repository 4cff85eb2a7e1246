// What a compiler said of a place in the source while it optimised: an optimisation remark.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/source_location.h"

namespace asmforge {

enum class RemarkKind : std::uint8_t {
  kPassed,    // it was done
  kMissed,    // it was not done
  kAnalysis,  // why, or what was found out
  kFailure,   // it was demanded, by a pragma say, and could not be done
};
std::string_view to_string(RemarkKind kind);

// A remark that was joined to a finding: it speaks of the finding's instructions or loop, in
// the function whose code they are.
struct JoinedRemark {
  RemarkKind kind = RemarkKind::kMissed;
  std::string pass;     // "loop-vectorize"
  std::string name;     // the compiler's own id: "CantIdentifyArrayBounds"
  std::string message;  // "loop not vectorized: cannot identify array bounds"
  SourceFrame place;    // its file as the debug information names it; without a function
};

// What became of all remarks that were read; joined, elsewhere, ambiguous and unreadable add up to
// all of them.
struct RemarkTotals {
  std::uint64_t files = 0;
  std::uint64_t joined = 0;        // said of at least one finding
  std::uint64_t elsewhere = 0;     // of no finding's code, or nothing that explains a finding
  std::uint64_t ambiguous = 0;     // of one of several places, and nothing says which
  std::uint64_t unreadable = 0;    // documents that are no remarks
  std::vector<std::string> notes;  // the first place that was not readable, ...
  [[nodiscard]] std::uint64_t read() const { return joined + elsewhere + ambiguous; }
};

}  // namespace asmforge

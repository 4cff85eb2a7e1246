// What an audit found in one binary, and what it looked at to find it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/finding.h"
#include "core/remark.h"

namespace asmforge {

// The code of a loop, in a function in which something was found: what the places of remarks
// are compared with.
struct LoopCode {
  std::uint32_t function_index = kNoIndex;  // into Binary::functions
  LoopIndex loop = kNoIndex;
  LoopIndex parent = kNoIndex;
  LoopRole role = LoopRole::kUnknown;
  std::vector<std::uint64_t> addresses;  // of its instructions, without those of loops inside it
};

struct AuditReport {
  std::vector<std::string> checks;  // ids of the checks that ran
  std::vector<Finding> findings;    // the most important first

  // What was looked at.
  std::uint64_t functions = 0;
  std::uint64_t instructions = 0;
  std::uint64_t loops = 0;
  std::uint64_t loops_audited = 0;  // innermost, and no remainder, peel or cold loop
  // What could not be resolved, so that silence there means nothing.
  std::uint64_t unresolved_jumps = 0;          // indirect jumps without known targets
  std::uint64_t functions_with_undecoded = 0;  // functions with bytes that are no instruction
  std::uint64_t undecoded_bytes = 0;
  std::uint64_t irreducible_edges = 0;  // cycles that are no natural loops
  std::uint64_t unoptimised = 0;        // functions with loops that look so: not audited

  // Entries of the baseline that were looked for and not found; null: not all were looked for.
  std::optional<std::uint64_t> gone_from_baseline;

  std::vector<LoopCode> loop_code;      // empty unless it was asked for
  std::optional<RemarkTotals> remarks;  // of all that were audited together; only the first has it

  bool stopped = false;            // interrupted: what came after was not looked at
  bool ranked_by_profile = false;  // false: by structure, nothing is known to be hot
  std::vector<std::string> notes;  // "source lines unknown: ..."
};

// Adds what was looked at and what was not resolved; findings and notes stay apart.
void add_counts(AuditReport& sum, const AuditReport& part);

}  // namespace asmforge

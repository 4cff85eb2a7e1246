// Runs the checks over a binary's functions and ranks what they find.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/binary.h"
#include "core/finding.h"
#include "core/profile.h"
#include "core/result.h"

namespace asmforge {

struct AuditOptions {
  unsigned threads = 0;                  // 0: as many as the process may run on
  std::vector<std::uint32_t> functions;  // indices into Binary::functions; empty: all
  std::vector<std::string> checks;       // ids; empty: all
  const Profile* profile = nullptr;      // of a run of this binary; must outlive the call
  bool find_source = true;               // join source positions to the findings
  std::function<bool()> should_stop;     // asked between functions; may be empty
};

// What was looked at, so that "no findings" means something.
struct AuditCounts {
  std::uint64_t functions = 0;
  std::uint64_t instructions = 0;
  std::uint64_t loops = 0;
  std::uint64_t loops_audited = 0;     // innermost, and no remainder, peel or cold loop
  std::uint64_t unresolved_jumps = 0;  // indirect jumps whose targets are not known
  std::uint64_t functions_with_unresolved_jumps = 0;
  std::uint64_t undecoded_bytes = 0;  // in functions, but no instruction
  std::uint64_t functions_with_undecoded_bytes = 0;
  std::uint64_t irreducible_edges = 0;  // of loops with several entries, which are not audited

  AuditCounts& operator+=(const AuditCounts& o);
};

struct AuditReport {
  std::vector<Finding> findings;  // best first; the same order whatever the number of threads
  AuditCounts counts;
  std::vector<std::string> checks;  // ids of those that ran
  bool has_profile = false;         // the profile given holds this binary
  bool stopped = false;             // should_stop said so: what is missing was not looked at
  std::vector<std::string> notes;   // "no source positions: ..."
};

// kNotFound for a check that does not exist.
Result<AuditReport> audit_binary(const Binary& binary, const AuditOptions& options);

}  // namespace asmforge

// Runs the checks over a binary's functions and ranks what they find.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/audit_report.h"
#include "core/binary.h"
#include "core/profile.h"
#include "core/result.h"

namespace asmforge {

struct AuditOptions {
  unsigned threads = 0;                  // 0: as many as the process may run on
  std::vector<std::uint32_t> functions;  // indices into Binary::functions; empty: all
  std::vector<std::string> checks;       // ids; empty: all
  const Profile* profile = nullptr;      // of a run of this binary; must outlive the call
  bool find_source = true;               // join source positions to the findings
  bool keep_loop_code = false;           // AuditReport::loop_code, for join_remarks
  std::function<bool()> should_stop;     // asked between functions; may be empty
  std::function<void()> advance;         // called after each, from any thread; may be empty
};

// kNotFound for a check that does not exist.
Result<AuditReport> audit_binary(const Binary& binary, const AuditOptions& options);

}  // namespace asmforge

#include "core/audit_report.h"

namespace asmforge {

void add_counts(AuditReport& sum, const AuditReport& part) {
  sum.functions += part.functions;
  sum.instructions += part.instructions;
  sum.loops += part.loops;
  sum.loops_audited += part.loops_audited;
  sum.unresolved_jumps += part.unresolved_jumps;
  sum.functions_with_undecoded += part.functions_with_undecoded;
  sum.undecoded_bytes += part.undecoded_bytes;
  sum.irreducible_edges += part.irreducible_edges;
  sum.unoptimised += part.unoptimised;
}

}  // namespace asmforge

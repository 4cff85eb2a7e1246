// `asmforge audit`: findings with their evidence, and what was looked at.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/audit_report.h"
#include "core/binary.h"
#include "report/output.h"
#include "report/palette.h"
#include "report/sarif.h"
#include "report/writers/check_list.h"

namespace asmforge {

struct AuditedFile {
  const Binary* binary = nullptr;
  AuditReport report;
};

struct FindingsOptions {
  std::size_t limit = 0;  // findings to print, 0 for all
};

void write_findings(const std::vector<AuditedFile>& files, const FindingsOptions& options,
                    const Palette& palette, Output& out);
void write_findings_json(const std::vector<AuditedFile>& files, Output& out);

// What a document in SARIF says besides findings.
struct FindingsSarif {
  std::vector<CheckDescription> checks;  // that ran, in the order of their rules
  SarifRoot root;
  std::vector<SarifProgram> programs;  // one of each file
  int exit_status = 0;
};
void write_findings_sarif(const std::vector<AuditedFile>& files, const FindingsSarif& about,
                          Output& out);

}  // namespace asmforge

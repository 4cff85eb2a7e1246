// `asmforge audit`: findings with their evidence, and what was looked at.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/audit_report.h"
#include "core/binary.h"
#include "report/output.h"
#include "report/palette.h"

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

}  // namespace asmforge

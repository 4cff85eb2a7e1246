// A run of the loop as it is reported: from the journal.
#pragma once

#include <cstdint>
#include <optional>

#include "core/result.h"
#include "forge/project.h"
#include "report/writers/forge_report.h"

namespace asmforge {

// The latest run without a number; kNotFound when there is none.
Result<ForgeReport> read_forge_report(const Project& project, std::optional<std::int64_t> number);

}  // namespace asmforge

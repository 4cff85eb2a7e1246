// A Trial as JSON, whole and exact: the part of `ab --json` that is read back to decide
// again. A run is a row of values; "run_fields" names its columns.
#pragma once

#include "core/trial.h"
#include "report/json_document.h"

namespace asmforge {

Json workload_json(const Workload& workload);
// All but the workloads.
void write_trial_json(const Trial& trial, JsonDocument& document);

}  // namespace asmforge

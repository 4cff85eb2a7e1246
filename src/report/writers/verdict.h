// `asmforge ab`: the verdict in one line, then what it rests on; and as JSON with every run.
#pragma once

#include "core/trial.h"
#include "core/verdict.h"
#include "report/output.h"
#include "report/palette.h"

namespace asmforge {

void write_verdict(const Trial& trial, const Verdict& verdict, const Palette& palette, Output& out);
// Holds all that `ab --replay` needs.
void write_verdict_json(const Trial& trial, const Verdict& verdict, Output& out);

}  // namespace asmforge

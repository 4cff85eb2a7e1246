// The verdict in words that can be read aloud.
#pragma once

#include <string>

#include "core/trial.h"
#include "core/verdict.h"

namespace asmforge {

// "spends 1.20 % less (0.80 % to 1.60 % less)"
std::string spends(const Effect& effect);

// One or two sentences. `detail` is what the reason rests on where numbers do not say it.
std::string explanation_of(const Trial& trial, const Verdict& verdict, const std::string& detail);

// What to do; empty when there is nothing to do.
std::string next_step_of(const Trial& trial, const Verdict& verdict);

}  // namespace asmforge

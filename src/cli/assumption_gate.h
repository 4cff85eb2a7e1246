// What speaks against asserting something about a function, asked of the function itself.
#pragma once

#include <atomic>
#include <string>

#include "core/result.h"
#include "forge/forge.h"

namespace asmforge {

// Calls the changed function as it was and as it is with the same arguments, overlapping ones
// too (transform/differential.h). A clause that says why it must not be asserted: it was
// refuted, or could not be tried; empty when nothing speaks against it.
Result<std::string> try_assumption(const AssumptionToTry& assumption,
                                   const std::atomic<bool>* interrupted);

}  // namespace asmforge

// The half of x86_rules.h that knows the vector instructions.
#pragma once

#include "mc/x86_rules.h"

namespace asmforge::x86_64 {

// Empty facts for what is no vector or mask instruction.
MnemonicFacts facts_of_vector_mnemonic(std::string_view mnemonic);

}  // namespace asmforge::x86_64

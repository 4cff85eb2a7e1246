// Which registers of the x87 stack an instruction uses, which LLVM's tables do not say.
#pragma once

#include <string_view>

#include "mc/x86_facts.h"

namespace asmforge::x86_64 {

// st(i) is the i-th register below the top as the instruction finds it; pushes and
// pops, which rename all of them, are not modelled as writes of the others.
void use_x87_stack(std::string_view mnemonic, OpcodeFacts& facts);

}  // namespace asmforge::x86_64

// LLVM's register numbers (one per width: AL, EAX, RAX) to ours (one a full register).
#pragma once

#include <cstdint>
#include <vector>

#include "core/register_set.h"

namespace llvm {
class MCRegisterInfo;
}

namespace asmforge::x86_64 {

struct RegisterPart {
  RegisterSet set;              // the full registers it lies in; two for mask pairs
  Register full = kNoRegister;  // the first of them
  std::uint16_t bits = 0;       // width of this part
  bool high_byte = false;       // ah, ch, dh, bh
};

// Indexed by LLVM's number. Registers that are not of the 64-bit ISA stay empty.
std::vector<RegisterPart> register_parts(const llvm::MCRegisterInfo& registers);

}  // namespace asmforge::x86_64

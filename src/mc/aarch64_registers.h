// LLVM's register numbers (one per width: W3, X3; tuples of neighbours) to ours (one a full
// register).
#pragma once

#include <cstdint>
#include <vector>

#include "core/register_set.h"

namespace llvm {
class MCRegisterInfo;
}

namespace asmforge::aarch64 {

struct RegisterPart {
  RegisterSet set;              // the full registers it lies in; several for Q0_Q1_Q2
  Register full = kNoRegister;  // the first of them; none for xzr and wzr
  std::uint16_t bits = 0;       // width of one of them; 0 where it depends on the machine
  std::uint8_t count = 0;       // of a tuple
  bool zero = false;            // xzr, wzr
};

// Indexed by LLVM's number.
std::vector<RegisterPart> register_parts(const llvm::MCRegisterInfo& registers);

}  // namespace asmforge::aarch64

// What control flow needs to know about the functions that a function calls.
#pragma once

#include <cstdint>

#include "core/insn.h"

namespace asmforge {

class CalleeFacts {
 public:
  virtual ~CalleeFacts() = default;
  // True only when it is certain that the call, or the jump that leaves the
  // function (a tail call), never comes back: its callee is known by name, or all
  // of the callee's paths end in such calls or traps.
  virtual bool never_returns(const Insn& call) = 0;
};

}  // namespace asmforge

// Which registers' values may still be read: live-in and live-out of each block.
//
//     sete  al          al is live up to the test
//     test  al, al
//     je    .elsewhere  and dead from here on, unless one of the ways reads it before writing it
//
// The lowest byte of a register is followed apart from the rest of it, for it is written alone
// (setcc) and read alone. A register is live when any of it is.
//
// What is not known is live: a call reads all registers that may hold arguments, a return all
// that its caller may look at, a jump to nowhere known everything; a call of a function of the
// same file may leave any register as it was (gcc's -fipa-ra). Dead is therefore certain, but for
// the number of vector arguments in al, which every compiler sets anew for each variadic call.
#pragma once

#include <cstdint>
#include <vector>

#include "core/binary.h"
#include "core/cfg.h"
#include "core/register_set.h"
#include "isa/isa.h"

namespace asmforge {

// Refers to what it was made from.
class Liveness {
 public:
  // `binary` tells which calls go to other files; nullptr: perhaps none does.
  Liveness(const Function& function, const Cfg& cfg, const Binary* binary);

  [[nodiscard]] RegisterSet live_in(BlockIndex block) const { return live_in_[block].any(); }
  [[nodiscard]] RegisterSet live_out(BlockIndex block) const { return live_out_[block].any(); }
  // Behind the instruction, whatever way control takes from there.
  [[nodiscard]] RegisterSet live_after(std::uint32_t insn) const;

 private:
  struct Parts {
    RegisterSet low;   // lowest bytes
    RegisterSet rest;  // what is above
    [[nodiscard]] RegisterSet any() const { return low | rest; }
    Parts& operator|=(const Parts& o) {
      low |= o.low;
      rest |= o.rest;
      return *this;
    }
    // After this was overwritten and that was read.
    [[nodiscard]] Parts before(const Parts& overwritten, const Parts& read) const {
      return {(low - overwritten.low) | read.low, (rest - overwritten.rest) | read.rest};
    }
    friend bool operator==(const Parts&, const Parts&) = default;
  };

  [[nodiscard]] Parts read_by(const Insn& insn) const;
  [[nodiscard]] Parts overwritten_by(const Insn& insn) const;

  const Function& function_;
  const Cfg& cfg_;
  const Binary* binary_;
  const IsaFacts& isa_;
  std::vector<Parts> live_in_;  // per block
  std::vector<Parts> live_out_;
  std::vector<Parts> live_at_unwinding_;  // from some call in the block
};

}  // namespace asmforge

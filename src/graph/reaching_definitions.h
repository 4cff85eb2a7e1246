// Which instructions of a whole function made the value that another one reads.
//
//            mov  r9d, 5                r9 of the division is from here alone,
//            jmp  .outer                two loops away
//     .loop: div  r9d
//
// Calls are taken to clobber what System V allows.
#pragma once

#include <cstdint>
#include <vector>

#include "core/cfg.h"
#include "graph/loop_flow.h"

namespace asmforge {

// Refers to the function and graph it was made from.
class ReachingDefinitions {
 public:
  ReachingDefinitions(const Function& function, const Cfg& cfg);

  // Of the value of `reg` that `insn` reads. `from_outside`: what the function was
  // called with may reach it too, or what a block that nothing is known to lead to
  // begins with.
  [[nodiscard]] Definitions of(Register reg, std::uint32_t insn);

 private:
  const Function& function_;
  const Cfg& cfg_;
  std::vector<std::uint32_t> seen_;  // per block: by which search
  std::vector<BlockIndex> work_;
  std::uint32_t search_ = 0;
  std::uint64_t steps_left_;  // of all searches together
};

}  // namespace asmforge

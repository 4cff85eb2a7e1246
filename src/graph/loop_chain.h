// The longest chain by which an iteration of a loop waits for the one before, with latencies
// that no processor is known to beat: a lower bound of the loop's time.
//
//     .L: mov  rax, qword ptr [rax]    four cycles an iteration at least: the address comes
//         test rax, rax                from the load before
//         jne  .L
//
// Only what certainly happens counts: instructions of every iteration, values with one
// definition, no dependence through memory (processors rename it). x86-64 alone: of others
// nothing is known, and there is no chain.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/cfg.h"
#include "graph/loop_values.h"

namespace asmforge {

enum class ChainKind : std::uint8_t {
  kNone,
  kReduction,   // additions, logic, comparisons, choices: a compiler may split it
  kOperations,  // integer operations with shifts among them, or multiples of what was before
  kMultiplies,  // an integer multiplication among them
  kFloats,      // floating-point arithmetic, whose order is part of its meaning
  kLoads,       // the address of a load comes from a load before
};
std::string_view to_string(ChainKind kind);  // "a chain of loads"

struct LoopChain {
  ChainKind kind = ChainKind::kNone;
  std::uint32_t cycles = 0;          // of all of it, at least
  std::uint32_t iterations = 1;      // that it takes to come round
  std::vector<std::uint32_t> insns;  // indices into Function::insns, in the chain's order
  [[nodiscard]] double cycles_per_iteration() const {
    return static_cast<double>(cycles) / static_cast<double>(iterations);
  }
};

// Of an innermost loop; none of others, and of loops with more than 512 instructions.
LoopChain longest_chain(const Function& function, const Cfg& cfg, const Loops& loops,
                        LoopIndex loop, const LoopValues& values);

}  // namespace asmforge

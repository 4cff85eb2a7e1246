// What one iteration of a loop has to wait for from the one before: the cycles of
// dependences that bound how fast a loop can run.
//
//     .L: addsd xmm0, [rdi + 8*rax]    xmm0 -> xmm0: one addition an iteration
//         inc   rax                    rax -> rax: an induction variable
//         cmp   rax, rsi
//         jne   .L
//
// Dependences go through registers (flags too) and through memory where a load
// provably reads what a store wrote. Latencies are the model's business.
#pragma once

#include <cstdint>
#include <vector>

#include "core/cfg.h"
#include "graph/loop_values.h"

namespace asmforge {

// `to` uses what `from` makes, `distance` iterations later.
struct Dependence {
  std::uint32_t from = 0;  // indices into Function::insns
  std::uint32_t to = 0;
  std::uint32_t distance = 0;
  Register reg = kNoRegister;  // none: through memory
  friend auto operator<=>(const Dependence&, const Dependence&) = default;
};

struct Recurrence {
  std::vector<std::uint32_t> insns;     // ascending; all lie on cycles with one another
  std::vector<Dependence> dependences;  // among them, sorted
  bool through_memory = false;          // at least one dependence
  bool induction = false;               // only adds constants to one register
};

// All dependences inside one iteration and into later ones, sorted, each once.
// The updates of the stack pointer by push, pop and call are left out: cores
// rename them away.
std::vector<Dependence> loop_dependences(const Function& function, const Cfg& cfg,
                                         const Loops& loops, LoopIndex loop,
                                         const LoopValues& values);

// The strongly connected parts of these dependences, by first instruction. For
// innermost loops: in others, cycles inside inner loops are mixed in.
std::vector<Recurrence> find_recurrences(const Function& function, const Cfg& cfg,
                                         const Loops& loops, LoopIndex loop,
                                         const LoopValues& values);

}  // namespace asmforge

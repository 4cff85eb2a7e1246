#include "graph/unoptimised.h"

#include <cstdint>

#include "graph/loop_flow.h"
#include "graph/stack_frame.h"
#include "isa/isa.h"

namespace asmforge {
namespace {

// Of zlib, and of some C++ and Rust, gcc, clang and rustc at -O0 have at least 24 % of the
// instructions in the frame and pass registers on to at most 20 % of the blocks, but for
// functions with `register` variables. At -O1, -O2, -Os and -Og, and in thousands of
// functions of distributions, none has both.
constexpr std::uint64_t kLeastInFrame = 23;  // per cent of the instructions
constexpr std::uint64_t kMostPassed = 20;    // per cent of the blocks

// The block reads a register that another block wrote.
bool gets_value(const Function& function, const Block& block, RegisterSet frame) {
  const IsaFacts& isa = facts_of(function.isa);
  RegisterSet known = frame;
  for (std::uint32_t i = block.first; i <= block.last; ++i) {
    const Insn& insn = function.insns[i];
    // push saves a register, a call may read all arguments, a return all that callers keep.
    const bool says_so = !insn.classes.has_any(InsnClass::kPush | InsnClass::kCall |
                                               InsnClass::kReturn | InsnClass::kZeroIdiom);
    bool gets = false;
    (insn.reads - known).for_each([&](Register r) {
      gets |= isa.general.contains(r) || isa.vectors.contains(r);
    });
    if (says_so && gets) return true;
    known |= written_by(insn, isa);
  }
  return false;
}

RegisterSet frame_registers(const StackFrame& frame, const IsaFacts& isa) {
  RegisterSet registers;
  for (const Register r : {isa.stack_pointer, isa.frame_pointer}) {
    MemoryOperand memory;
    memory.present = true;
    memory.base = r;
    if (frame.contains(memory)) registers.insert(r);
  }
  return registers;
}

}  // namespace

bool looks_unoptimised(const Function& function, const Cfg& cfg, const Loops& loops) {
  if (loops.loops.empty()) return false;
  const StackFrame frame(function);
  const RegisterSet registers = frame_registers(frame, facts_of(function.isa));
  std::uint64_t insns = 0;
  std::uint64_t in_frame = 0;
  std::uint64_t blocks = 0;
  std::uint64_t with_values = 0;
  for (BlockIndex b = 0; b < cfg.blocks.size(); ++b) {
    const Block& block = cfg.blocks[b];
    if (!block.reachable) continue;
    for (std::uint32_t i = block.first; i <= block.last; ++i) {
      const Insn& insn = function.insns[i];
      if (insn.is(InsnClass::kNop)) continue;
      ++insns;
      if (insn.classes.has_any(InsnClass::kLoad | InsnClass::kStore) && frame.contains(insn.memory))
        ++in_frame;
    }
    // Arguments and exceptions come in registers.
    if (b == 0 || block.landing_pad) continue;
    ++blocks;
    if (gets_value(function, block, registers)) ++with_values;
  }
  return 100 * in_frame >= kLeastInFrame * insns && 100 * with_values <= kMostPassed * blocks;
}

}  // namespace asmforge

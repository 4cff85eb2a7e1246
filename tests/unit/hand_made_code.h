// Functions written by hand, an instruction at a time, for tests of control flow
// that should not depend on a compiler or a decoder.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "core/binary.h"
#include "core/cfg.h"
#include "graph/callee_facts.h"
#include "isa/x86_64.h"

namespace asmforge::test {

// Instructions of one byte count each, at ascending addresses.
class Code {
 public:
  explicit Code(std::uint64_t address) : next_(address) { function.address = address; }

  Insn& add(InsnClasses classes = {}, std::uint8_t size = 4) {
    Insn& insn = function.insns.emplace_back();
    insn.address = next_;
    insn.size = size;
    insn.classes = classes;
    next_ += size;
    return insn;
  }
  Insn& jump(std::uint64_t target) {
    Insn& insn = add(InsnClass::kJump);
    insn.target = target;
    return insn;
  }
  Insn& branch(std::uint64_t target, Condition condition = Condition::kEqual) {
    Insn& insn = add(InsnClass::kJump | InsnClass::kConditional);
    insn.target = target;
    insn.condition = condition;
    insn.reads.insert(x86_64::kStatusFlags);
    return insn;
  }
  Insn& call(std::uint64_t target) {
    Insn& insn = add(InsnClass::kCall);
    insn.target = target;
    return insn;
  }
  Insn& ret() { return add(InsnClass::kReturn); }
  Insn& trap(std::uint8_t size = 2) { return add(InsnClass::kTrap, size); }
  Insn& nop(std::uint8_t size = 4) { return add(InsnClass::kNop, size); }
  // Ends the current part; the next instruction begins another one at `address`.
  void end_part(std::uint64_t next_address = 0) {
    const std::uint64_t begin = function.parts.empty() ? function.address : part_begin_;
    function.parts.push_back({begin, next_});
    function.size += next_ - begin;
    if (next_address != 0) next_ = part_begin_ = next_address;
  }

  Function function;

 private:
  std::uint64_t next_;
  std::uint64_t part_begin_ = 0;
};

// Calls to these addresses never return.
struct NoReturnTargets : CalleeFacts {
  std::set<std::uint64_t> targets;
  bool never_returns(const Insn& call) override { return targets.contains(call.target); }
};

}  // namespace asmforge::test

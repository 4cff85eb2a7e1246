// Functions made by hand, for tests that need no bytes: instruction i stands at
// base + 4 * i, and jumps name their target by its index.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/binary.h"
#include "core/cfg.h"
#include "core/function.h"
#include "graph/asm_diff.h"
#include "isa/x86_64.h"

namespace asmforge::made {

enum Opcode : std::uint16_t {
  kMov = 1,
  kMovImmediate,
  kAdd,
  kAddImmediate,
  kLoadOpcode,
  kStoreOpcode,
  kCmpImmediate,
  kJe,
  kJmp,
  kCallOpcode,
  kRet,
  kNopOpcode,
  kPushOpcode,
  kPopOpcode,
  kShiftByCl,
  kLeaData,
  kJmpTable
};

inline Operand reg(Register r, bool read, bool written) {
  return {OperandKind::kRegister, r, 64, read, written, false};
}

inline Insn make(Opcode opcode, InsnClasses classes, std::vector<Operand> operands) {
  Insn insn;
  insn.opcode = opcode;
  insn.classes = classes;
  insn.size = 4;
  for (const Operand& operand : operands) {
    insn.operands[insn.operand_count++] = operand;
    if (operand.kind != OperandKind::kRegister) continue;
    if (operand.read) insn.reads.insert(operand.reg);
    if (operand.written) insn.writes.insert(operand.reg);
  }
  return insn;
}

inline Insn immediate(Insn insn, std::int64_t value) {
  insn.operands[insn.operand_count++].kind = OperandKind::kImmediate;
  insn.immediate = value;
  insn.has_immediate = true;
  return insn;
}

inline Insn address(Insn insn, Register base, std::int64_t displacement, std::size_t place) {
  for (std::size_t i = insn.operand_count; i > place; --i) insn.operands[i] = insn.operands[i - 1];
  insn.operands[place] = {OperandKind::kMemory, kNoRegister, 64, false, false, false};
  ++insn.operand_count;
  insn.memory.present = true;
  insn.memory.base = base;
  insn.memory.displacement = displacement;
  insn.memory.bytes = 8;
  insn.reads.insert(base);
  return insn;
}

inline Insn mov(Register to, Register from) {
  return make(kMov, InsnClass::kMove, {reg(to, false, true), reg(from, true, false)});
}
inline Insn mov_immediate(Register to, std::int64_t value) {
  return immediate(make(kMovImmediate, InsnClass::kMove, {reg(to, false, true)}), value);
}
inline Insn add(Register to, Register from) {
  return make(kAdd, InsnClass::kAddSubtract, {reg(to, true, true), reg(from, true, false)});
}
inline Insn add_immediate(Register to, std::int64_t value) {
  return immediate(make(kAddImmediate, InsnClass::kAddSubtract, {reg(to, true, true)}), value);
}
inline Insn load(Register to, Register base, std::int64_t displacement) {
  return address(make(kLoadOpcode, InsnClass::kLoad | InsnClass::kMove, {reg(to, false, true)}),
                 base, displacement, 1);
}
inline Insn store(Register base, std::int64_t displacement, Register from) {
  return address(make(kStoreOpcode, InsnClass::kStore | InsnClass::kMove, {reg(from, true, false)}),
                 base, displacement, 0);
}
inline Insn compare_immediate(Register r, std::int64_t value) {
  return immediate(make(kCmpImmediate, InsnClass::kCompare, {reg(r, true, false)}), value);
}
inline Insn shift_by_cl(Register r) {
  Insn insn = make(kShiftByCl, InsnClass::kShift, {reg(r, true, true)});
  insn.reads.insert(x86_64::kRcx);
  return insn;
}
inline Insn to_target(Opcode opcode, InsnClasses classes, std::uint64_t target) {
  Insn insn = make(opcode, classes, {{OperandKind::kTarget, kNoRegister, 0, false, false, false}});
  insn.target = target;
  return insn;
}
// The index of the target; place() makes it an address.
inline Insn je(std::uint64_t index) {
  Insn insn = to_target(kJe, InsnClass::kJump | InsnClass::kConditional, index);
  insn.condition = Condition::kEqual;
  return insn;
}
inline Insn jmp(std::uint64_t index) { return to_target(kJmp, InsnClass::kJump, index); }
inline Insn call(std::uint64_t callee) {
  Insn insn = to_target(kCallOpcode, InsnClass::kCall, callee);
  insn.reads.insert(x86_64::kRsp);
  insn.writes.insert(x86_64::kRsp);
  return insn;
}
inline Insn ret() { return make(kRet, InsnClass::kReturn, {}); }
inline Insn nop() { return make(kNopOpcode, InsnClass::kNop, {}); }
inline Insn push(Register r) {
  Insn insn = make(kPushOpcode, InsnClass::kPush | InsnClass::kStore, {reg(r, true, false)});
  insn.reads.insert(x86_64::kRsp);
  insn.writes.insert(x86_64::kRsp);
  return insn;
}
inline Insn pop(Register r) {
  Insn insn = make(kPopOpcode, InsnClass::kPop | InsnClass::kLoad, {reg(r, false, true)});
  insn.reads.insert(x86_64::kRsp);
  insn.writes.insert(x86_64::kRsp);
  return insn;
}
// lea r, [rip + address]
inline Insn lea_data(Register to, std::uint64_t data) {
  Insn insn = make(kLeaData, InsnClass::kLea, {reg(to, false, true)});
  insn = address(insn, x86_64::kRip, 0, 1);
  insn.memory.address = data;
  return insn;
}

// A function at `base`, its graph of direct jumps, and what it is called.
class Made : public DiffNames {
 public:
  Made(std::vector<Insn> insns, std::uint64_t base = 0x1000) {
    function.name = function.demangled = "made";
    function.address = base;
    function.size = 4 * insns.size();
    function.parts = {{base, base + function.size}};
    for (std::size_t i = 0; i < insns.size(); ++i) {
      insns[i].address = base + 4 * i;
      if (insns[i].is(InsnClass::kJump) && insns[i].target < insns.size())
        insns[i].target = base + 4 * insns[i].target;
    }
    function.insns = std::move(insns);
    make_cfg();
  }

  [[nodiscard]] DiffSide side() { return {function, cfg, binary, *this}; }
  std::string mnemonic(const Insn& insn) override { return "op" + std::to_string(insn.opcode); }
  std::string canonical_name(std::string_view symbol) override { return std::string(symbol); }

  Function function;
  Cfg cfg;
  Binary binary;

 private:
  void make_cfg() {
    const auto& insns = function.insns;
    std::vector<bool> leader(insns.size() + 1, false);
    leader[0] = true;
    for (std::size_t i = 0; i < insns.size(); ++i) {
      if (insns[i].ends_block()) leader[i + 1] = true;
      if (!insns[i].is(InsnClass::kJump)) continue;
      const std::uint32_t to = function.insn_at(insns[i].target);
      if (to != kNoIndex) leader[to] = true;
    }
    for (std::uint32_t i = 0; i < insns.size(); ++i) {
      if (leader[i]) {
        Block block;
        block.first = i;
        block.reachable = true;
        cfg.blocks.push_back(block);
      }
      cfg.blocks.back().last = i;
      cfg.block_of_insn.push_back(static_cast<BlockIndex>(cfg.blocks.size() - 1));
    }
    for (BlockIndex b = 0; b < cfg.blocks.size(); ++b) {
      cfg.first_edge.push_back(static_cast<std::uint32_t>(cfg.edges.size()));
      Block& block = cfg.blocks[b];
      const Insn& last = insns[block.last];
      if (last.is(InsnClass::kReturn)) block.exit = BlockExit::kReturn;
      const bool jump = last.is(InsnClass::kJump);
      const std::uint32_t to = jump ? function.insn_at(last.target) : kNoIndex;
      if (jump && to == kNoIndex) block.exit = BlockExit::kTailCall;
      if (jump && to != kNoIndex)
        cfg.edges.push_back({b, cfg.block_of_insn[to], EdgeKind::kBranch});
    }
    cfg.first_edge.push_back(static_cast<std::uint32_t>(cfg.edges.size()));
  }
};

}  // namespace asmforge::made

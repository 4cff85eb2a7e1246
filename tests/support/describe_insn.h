// All that an Insn says, in one line, for tables of instructions:
//
//     b9400820 ldr w0, [x1, #0x8] | load move | reads x1 | writes x0 | [x1+8] 4 bytes | x0:32w
//     mem:32r
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "core/insn.h"
#include "isa/isa.h"

namespace asmforge::testing_support {

inline constexpr std::array<std::string_view, 32> kClassNames = {
    "load",   "store",      "jump",          "conditional", "indirect", "call",   "return",
    "trap",   "nop",        "move",          "extend",      "compare",  "lea",    "add-subtract",
    "logic",  "shift",      "multiply",      "divide",      "float",    "vector", "convert",
    "set",    "select",     "push",          "pop",         "atomic",   "fence",  "system",
    "string", "zero-idiom", "partial-write", "end-branch"};
inline constexpr std::array<std::string_view, 19> kOperationNames = {"",
                                                                     "add",
                                                                     "subtract",
                                                                     "increment",
                                                                     "decrement",
                                                                     "negate",
                                                                     "add-carry",
                                                                     "subtract-borrow",
                                                                     "and",
                                                                     "or",
                                                                     "xor",
                                                                     "not",
                                                                     "shift-left",
                                                                     "shift-right",
                                                                     "shift-right-signed",
                                                                     "rotate",
                                                                     "compare",
                                                                     "test",
                                                                     "bit-test"};
inline constexpr std::array<std::string_view, 18> kConditionNames = {"",
                                                                     "equal",
                                                                     "not-equal",
                                                                     "below",
                                                                     "below-equal",
                                                                     "above",
                                                                     "above-equal",
                                                                     "less",
                                                                     "less-equal",
                                                                     "greater",
                                                                     "greater-equal",
                                                                     "negative",
                                                                     "not-negative",
                                                                     "overflow",
                                                                     "not-overflow",
                                                                     "parity",
                                                                     "not-parity",
                                                                     "other"};

inline std::string hex_number(std::uint64_t value) {
  char text[32];
  std::snprintf(text, sizeof text, "%#llx", static_cast<unsigned long long>(value));
  return text;
}

inline std::string describe_memory(const MemoryOperand& memory, const IsaFacts& isa) {
  std::string text = "[" + std::string(isa.register_name(memory.base));
  if (memory.index != kNoRegister) {
    text += "+" + std::string(isa.register_name(memory.index));
    if (memory.scale != 1) text += "*" + std::to_string(memory.scale);
  }
  if (memory.displacement != 0)
    text += (memory.displacement > 0 ? "+" : "") + std::to_string(memory.displacement);
  text += "]";
  if (memory.bytes != 0) text += " " + std::to_string(memory.bytes) + " bytes";
  if (memory.base_update == BaseUpdate::kBefore) text += ", moved before";
  if (memory.base_update == BaseUpdate::kAfter) text += ", moved after";
  if (memory.address != kNoAddress) text += " at " + hex_number(memory.address);
  return text;
}

inline std::string describe_operand(const Operand& operand, const IsaFacts& isa) {
  std::string text;
  switch (operand.kind) {
    case OperandKind::kNone: text = "none"; break;
    case OperandKind::kRegister:
      text = operand.reg == kNoRegister ? "zero" : isa.register_name(operand.reg);
      break;
    case OperandKind::kMemory: text = "mem"; break;
    case OperandKind::kImmediate: return "imm";
    case OperandKind::kTarget: return "target";
  }
  text += ":" + std::to_string(operand.bits);
  if (operand.sign_extended) text += "s";
  if (operand.read) text += "r";
  if (operand.written) text += "w";
  return text;
}

inline std::string describe_insn(const Insn& insn, const IsaFacts& isa) {
  std::string text;
  const auto part = [&](const std::string& words) {
    if (words.empty()) return;
    if (!text.empty()) text += " | ";
    text += words;
  };
  const auto names = [&](std::string_view what, RegisterSet set) {
    std::string words;
    set.for_each([&](Register r) { words += " " + std::string(isa.register_name(r)); });
    if (!words.empty()) part(std::string(what) + words);
  };
  std::string classes;
  for (std::size_t bit = 0; bit < kClassNames.size(); ++bit)
    if ((insn.classes.bits >> bit & 1) != 0)
      classes += (classes.empty() ? "" : " ") + std::string(kClassNames[bit]);
  part(classes.empty() ? "-" : classes);
  part(std::string(kOperationNames[static_cast<std::size_t>(insn.operation)]));
  if (insn.condition != Condition::kNone)
    part("if " + std::string(kConditionNames[static_cast<std::size_t>(insn.condition)]));
  names("reads", insn.reads);
  names("writes", insn.writes);
  if (insn.has_immediate) part("immediate " + std::to_string(insn.immediate));
  if (insn.target != kNoAddress) part("to " + hex_number(insn.target));
  if (insn.memory.present) part(describe_memory(insn.memory, isa));
  std::string operands;
  for (std::size_t i = 0; i < insn.operand_count; ++i)
    operands += (operands.empty() ? "" : " ") + describe_operand(insn.operands[i], isa);
  part(operands);
  return text;
}

}  // namespace asmforge::testing_support

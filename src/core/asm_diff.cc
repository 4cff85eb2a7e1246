#include "core/asm_diff.h"

namespace asmforge {
namespace {

struct CountRule {
  CountedClass counted;
  InsnClasses any_of;
  InsnClasses none_of;
};

// Loads and stores are accesses through an operand: what call, ret, push and pop do to the
// stack by themselves is not meant.
constexpr CountRule kCountRules[] = {
    {CountedClass::kLoads, InsnClass::kLoad, InsnClass::kReturn | InsnClass::kPop},
    {CountedClass::kStores, InsnClass::kStore, InsnClass::kCall | InsnClass::kPush},
    {CountedClass::kCalls, InsnClass::kCall, {}},
    {CountedClass::kConditionalBranches, InsnClass::kConditional, {}},
    {CountedClass::kJumps, InsnClass::kJump, InsnClass::kConditional},
    {CountedClass::kMultiplies, InsnClass::kMultiply, {}},
    {CountedClass::kDivides, InsnClass::kDivide, {}},
    {CountedClass::kFloat, InsnClass::kFloat, {}},
    {CountedClass::kVector, InsnClass::kVector, {}},
    {CountedClass::kMoves, InsnClass::kMove, InsnClass::kLoad | InsnClass::kStore},
    {CountedClass::kStack, InsnClass::kPush | InsnClass::kPop, {}},
};

}  // namespace

std::string_view to_string(DiffRowKind kind) {
  switch (kind) {
    case DiffRowKind::kSame: return "same";
    case DiffRowKind::kRegisters: return "registers";
    case DiffRowKind::kOperands: return "operands";
    case DiffRowKind::kReplaced: return "replaced";
    case DiffRowKind::kDeleted: return "deleted";
    case DiffRowKind::kInserted: return "inserted";
  }
  return "unknown";
}

std::string_view to_string(CountedClass counted) {
  switch (counted) {
    case CountedClass::kInstructions: return "instructions";
    case CountedClass::kLoads: return "loads";
    case CountedClass::kStores: return "stores";
    case CountedClass::kCalls: return "calls";
    case CountedClass::kConditionalBranches: return "conditional branches";
    case CountedClass::kJumps: return "jumps";
    case CountedClass::kMultiplies: return "multiplies";
    case CountedClass::kDivides: return "divides";
    case CountedClass::kFloat: return "float";
    case CountedClass::kVector: return "vector";
    case CountedClass::kMoves: return "register moves";
    case CountedClass::kStack: return "push and pop";
  }
  return "unknown";
}

void ClassCounts::add(const Insn& insn) {
  ++values[static_cast<std::size_t>(CountedClass::kInstructions)];
  for (const CountRule& rule : kCountRules) {
    if (insn.classes.has_any(rule.any_of) && !insn.classes.has_any(rule.none_of))
      ++values[static_cast<std::size_t>(rule.counted)];
  }
}

ClassCounts& ClassCounts::operator+=(const ClassCounts& o) {
  for (std::size_t i = 0; i < values.size(); ++i) values[i] += o.values[i];
  return *this;
}

}  // namespace asmforge

#include "graph/loop_chain.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "isa/x86_64.h"

namespace asmforge {
namespace {

constexpr std::size_t kMostInsns = 512;

// Least cycles from an operand to the result, over the cores that Fog's "Instruction tables"
// (2024) and uops.info list from 2013 on. Copies and additions of constants can be free: they
// are done by renaming (Golden Cove, Zen 5).
constexpr std::uint32_t kLoadCycles = 4;
constexpr std::uint32_t kMultiplyCycles = 3;
constexpr std::uint32_t kFloatCycles = 2;
constexpr std::uint32_t kDivideCycles = 4;

struct Link {
  std::uint32_t from = 0;  // indices into Function::insns
  std::uint32_t to = 0;
  std::uint32_t cycles = 0;    // in `to`, from this value to its result
  std::uint32_t distance = 0;  // iterations
  bool is_address = false;     // of a load
};

bool adds_constant(const Insn& insn) {
  if (insn.operation == IntegerOperation::kIncrement ||
      insn.operation == IntegerOperation::kDecrement)
    return true;
  if (insn.is(InsnClass::kLea)) return insn.memory.index == kNoRegister;
  return insn.has_immediate && (insn.operation == IntegerOperation::kAdd ||
                                insn.operation == IntegerOperation::kSubtract);
}

std::uint32_t cycles_without_load(const Insn& insn) {
  if (insn.is(InsnClass::kDivide)) return kDivideCycles;
  if (insn.is(InsnClass::kMultiply)) return kMultiplyCycles;
  if (insn.is(InsnClass::kFloat) || insn.is(InsnClass::kConvert)) return kFloatCycles;
  if (insn.classes.has_any(InsnClass::kMove | InsnClass::kExtend) || adds_constant(insn)) return 0;
  return 1;
}

bool is_address_of(Register reg, const MemoryOperand& memory) {
  return memory.present && (memory.base == reg || memory.index == reg);
}

bool reads_as_operand(const Insn& insn, Register reg) {
  for (std::uint8_t o = 0; o < insn.operand_count; ++o) {
    const Operand& operand = insn.operands[o];
    if (operand.kind == OperandKind::kRegister && operand.read && operand.reg == reg) return true;
  }
  return is_address_of(reg, insn.memory);
}

// xchg and its like, where one result comes from one operand and the other from another.
bool has_results_of_their_own(const Insn& insn) {
  RegisterSet results = insn.writes;
  results.erase(x86_64::kStatusFlags);
  return results.size() > 1 && !insn.classes.has_any(InsnClass::kMultiply | InsnClass::kDivide);
}

// Whether the value of `reg` certainly decides all that the instruction makes.
bool decides(const Insn& insn, Register reg) {
  if (insn.is(InsnClass::kZeroIdiom) || has_results_of_their_own(insn)) return false;
  // The part that stays may be renamed: mov al, 1. The upper half of addsd's register is one.
  if (insn.is(InsnClass::kPartialWrite) && !reads_as_operand(insn, reg)) return false;
  // sbb eax, eax waits for the carry alone on some cores.
  if (insn.operation == IntegerOperation::kSubtractWithBorrow && insn.operand_count > 1 &&
      insn.operands[0].reg == insn.operands[1].reg)
    return reg == x86_64::kStatusFlags;
  return reg != x86_64::kStackPointer;
}

// Of `reg`: inc, rotates and bt write only some of the flags, which are one register here.
bool makes_all_of(const Insn& insn, Register reg) {
  if (reg != x86_64::kStatusFlags) return true;
  if (insn.operation == IntegerOperation::kIncrement ||
      insn.operation == IntegerOperation::kDecrement ||
      insn.operation == IntegerOperation::kBitTest)
    return false;
  return insn.classes.has_any(InsnClass::kAddSubtract | InsnClass::kLogic | InsnClass::kCompare);
}

class ChainFinder {
 public:
  ChainFinder(const Function& function, const Cfg& cfg, const Loop& loop, const LoopValues& values)
      : function_(function), cfg_(cfg), loop_(loop), flow_(values.flow()) {}
  LoopChain run();

 private:
  void find_links();
  void add_links_to(std::uint32_t insn);
  // A cycle that takes more than `cycles` in `iterations`; empty when there is none.
  [[nodiscard]] std::vector<Link> cycle_above(std::uint64_t cycles, std::uint64_t iterations) const;
  [[nodiscard]] ChainKind kind_of(const std::vector<Link>& cycle) const;

  const Function& function_;
  const Cfg& cfg_;
  const Loop& loop_;
  const LoopFlow& flow_;
  std::vector<Link> links_;
};

void ChainFinder::add_links_to(std::uint32_t i) {
  const Insn& insn = function_.insns[i];
  insn.reads.for_each([&](Register reg) {
    if (!flow_.written().contains(reg) || !decides(insn, reg)) return;
    Link link;
    link.to = i;
    link.cycles = cycles_without_load(insn);
    if (insn.is(InsnClass::kLoad) && is_address_of(reg, insn.memory)) {
      link.is_address = true;
      link.cycles += kLoadCycles;
    }
    Definitions made = flow_.definitions(reg, i);
    if (made.only_outside()) {
      made = flow_.carried(reg);
      link.distance = 1;
    }
    if (!made.single()) return;
    link.from = made.insns.front();
    const Insn& maker = function_.insns[link.from];
    // What a call leaves is not this function's business.
    if (!maker.is(InsnClass::kCall) && makes_all_of(maker, reg)) links_.push_back(link);
  });
}

void ChainFinder::find_links() {
  std::size_t size = 0;
  for (const BlockIndex b : loop_.blocks) size += cfg_.blocks[b].last + 1 - cfg_.blocks[b].first;
  if (size > kMostInsns) return;
  for (const BlockIndex b : loop_.blocks) {
    if (!flow_.every_iteration(b)) continue;
    for (std::uint32_t i = cfg_.blocks[b].first; i <= cfg_.blocks[b].last; ++i) add_links_to(i);
  }
}

// Bellman and Ford's algorithm on cycles * iterations - distance * cycles': a cycle of positive
// weight is one with a greater ratio.
std::vector<Link> ChainFinder::cycle_above(std::uint64_t cycles, std::uint64_t iterations) const {
  const auto weight = [&](const Link& link) {
    return static_cast<std::int64_t>(link.cycles * iterations) -
           static_cast<std::int64_t>(link.distance * cycles);
  };
  std::unordered_map<std::uint32_t, std::int64_t> best;  // of ways that end in an instruction
  std::unordered_map<std::uint32_t, const Link*> last_link;
  for (const Link& link : links_) best[link.from] = best[link.to] = 0;
  std::uint32_t changed = kNoIndex;
  for (std::size_t round = 0; round <= best.size(); ++round) {
    changed = kNoIndex;
    for (const Link& link : links_) {
      const std::int64_t reached = best[link.from] + weight(link);
      if (reached <= best[link.to]) continue;
      best[link.to] = reached;
      last_link[link.to] = &link;
      changed = link.to;
    }
    if (changed == kNoIndex) return {};
  }
  // So many steps back lie on a cycle.
  for (std::size_t i = 0; i < best.size(); ++i) changed = last_link.at(changed)->from;
  std::vector<Link> cycle;
  std::uint32_t at = changed;
  do {
    cycle.push_back(*last_link.at(at));
    at = cycle.back().from;
  } while (at != changed);
  std::ranges::reverse(cycle);
  return cycle;
}

ChainKind ChainFinder::kind_of(const std::vector<Link>& cycle) const {
  bool ordered = false;
  bool floats = false;
  bool multiplies = false;
  for (const Link& link : cycle) {
    if (link.is_address) return ChainKind::kLoads;
    const Insn& insn = function_.insns[link.to];
    floats |= insn.is(InsnClass::kFloat);
    multiplies |= insn.is(InsnClass::kMultiply) || insn.is(InsnClass::kDivide);
    ordered |= link.cycles > 0 && insn.classes.has_any(InsnClass::kShift | InsnClass::kLea);
  }
  if (floats) return ChainKind::kFloats;
  if (multiplies) return ChainKind::kMultiplies;
  return ordered ? ChainKind::kOperations : ChainKind::kReduction;
}

LoopChain ChainFinder::run() {
  find_links();
  LoopChain chain;
  std::vector<Link> longest;
  // Each cycle that is found has a greater ratio than the one before.
  for (std::vector<Link> cycle = cycle_above(0, 1); !cycle.empty();
       cycle = cycle_above(chain.cycles, chain.iterations)) {
    chain.cycles = 0;
    chain.iterations = 0;
    for (const Link& link : cycle) {
      chain.cycles += link.cycles;
      chain.iterations += link.distance;
    }
    longest = std::move(cycle);
    // Within one iteration nothing can wait for itself; if the graph says so, it is wrong.
    if (chain.iterations == 0) return {};
  }
  if (longest.empty()) return {};
  chain.kind = kind_of(longest);
  for (const Link& link : longest) chain.insns.push_back(link.to);
  return chain;
}

}  // namespace

std::string_view to_string(ChainKind kind) {
  switch (kind) {
    case ChainKind::kNone: return "no chain";
    case ChainKind::kReduction: return "a chain of additions and the like";
    case ChainKind::kOperations: return "a chain of integer operations";
    case ChainKind::kMultiplies: return "a chain of multiplications";
    case ChainKind::kFloats: return "a chain of floating-point operations";
    case ChainKind::kLoads: return "a chain of loads";
  }
  return "";
}

LoopChain longest_chain(const Function& function, const Cfg& cfg, const Loops& loops,
                        LoopIndex loop, const LoopValues& values) {
  // The latencies are those of x86-64.
  if (function.isa != Isa::kX86_64 || !loops.loops[loop].innermost) return {};
  return ChainFinder(function, cfg, loops.loops[loop], values).run();
}

}  // namespace asmforge

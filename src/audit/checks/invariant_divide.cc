// The hardware divides by the same number in every iteration:
//
//     .loop: mov  eax, dword ptr [rdi + 4*rcx]
//            xor  edx, edx
//            div  esi                          esi never changes in the loop
//            add  r8d, eax
//            inc  rcx
//            cmp  rcx, r9
//            jne  .loop
//
// A divisor known to the compiler becomes a multiplication and a shift; one that
// is only constant in the loop can be turned into them before it.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/check.h"
#include "audit/loop_metrics.h"
#include "audit/report_loops.h"
#include "graph/reaching_definitions.h"
#include "isa/isa.h"
#include "isa/x86_64.h"

namespace asmforge::checks {
namespace {

struct Site {
  std::uint32_t divide = kNoIndex;
  Register divisor = kNoRegister;  // kNoRegister: in memory
  ValueKind kind = ValueKind::kUnknown;
  bool every_iteration = false;
  bool twin = false;  // one of a pair of which one runs
};

// Which registers a division works on.
//     div  esi            rdx:rax by esi: the quotient in rax, the remainder in rdx
//     udiv w0, w1, w2     w1 by w2: the quotient in w0, and no remainder
struct Division {
  Register dividend = kNoRegister;
  Register quotient = kNoRegister;
  Register remainder = kNoRegister;
  const Operand* divisor = nullptr;

  explicit Division(const Insn& insn) {
    if (insn.operand_count == 3) {
      quotient = insn.operands[0].reg;
      dividend = insn.operands[1].reg;
      divisor = &insn.operands[2];
    } else if (insn.operand_count != 0) {
      dividend = quotient = x86_64::kRax;
      remainder = x86_64::kRdx;
      divisor = insn.operands.data();
    }
  }
};

// Follows how the dividend was computed, backwards through the loop and around it.
class DividendSearch {
 public:
  DividendSearch(AuditedFunction& function, LoopIndex loop)
      : view_(function.view()), values_(function.values(loop)), loop_(loop) {}

  // True when the dividend comes from the quotient of an integer division of the
  // loop: n /= base until nothing is left. Such a loop runs once per digit, too
  // few times to pay for a reciprocal.
  bool reaches_quotient(std::uint32_t divide) {
    uses_.assign(1, {divide, Division(view_.function.insns[divide]).dividend});
    at_header_.clear();
    std::size_t use = 0;
    std::size_t header = 0;
    while (use < uses_.size() || header < at_header_.size()) {
      if (use < uses_.size()) {
        const auto [insn, reg] = uses_[use++];
        if (any_is_quotient(values_.flow().definitions(reg, insn), reg)) return true;
        continue;
      }
      const Register reg = at_header_[header++];
      for (const BlockIndex latch : view_.loops.loops[loop_].latches)
        if (any_is_quotient(values_.flow().definitions_at_end(latch, reg), reg)) return true;
    }
    return false;
  }

 private:
  static constexpr std::size_t kMaxUses = 64;

  bool any_is_quotient(const Definitions& definitions, Register reg) {
    if (definitions.from_outside &&
        std::find(at_header_.begin(), at_header_.end(), reg) == at_header_.end())
      at_header_.push_back(reg);
    return std::any_of(definitions.insns.begin(), definitions.insns.end(),
                       [&](std::uint32_t d) { return is_quotient(d, reg); });
  }

  // Otherwise queues what the definition was computed from.
  bool is_quotient(std::uint32_t definition, Register reg) {
    const Insn& insn = view_.function.insns[definition];
    if (is_integer_divide(insn)) return reg == Division(insn).quotient;
    if (insn.classes.has_any(InsnClass::kLoad | InsnClass::kCall)) return false;
    insn.reads.for_each([&](Register input) {
      const std::pair<std::uint32_t, Register> use{definition, input};
      if (uses_.size() < kMaxUses && std::find(uses_.begin(), uses_.end(), use) == uses_.end())
        uses_.push_back(use);
    });
    return false;
  }

  const FunctionView& view_;
  const LoopValues& values_;
  LoopIndex loop_;
  std::vector<std::pair<std::uint32_t, Register>> uses_;
  std::vector<Register> at_header_;
};

// The loop ends at a null pointer that it loaded, and loads through that pointer:
//
//            mov  rcx, [rdi]
//            test rcx, rcx
//            jne  .loop
//     .loop: mov  rax, [rcx + 16]
bool follows_a_list(const FunctionView& view, const LoopValues& values, LoopIndex loop) {
  std::vector<std::uint32_t> tests;
  RegisterSet bases;
  values.flow().for_each_insn([&](std::uint32_t i) {
    const Insn& insn = view.function.insns[i];
    if (insn.is(InsnClass::kLoad) && insn.memory.present && insn.memory.base != kNoRegister)
      bases.insert(insn.memory.base);
    const auto edges = view.cfg.successors(view.cfg.block_of_insn[i]);
    const bool leaves = std::any_of(edges.begin(), edges.end(), [&](const Edge& e) {
      return !view.loops.contains(loop, e.to);
    });
    // cbz x0, .done tests without flags.
    const bool tests_itself = insn.is(InsnClass::kConditional) && insn.operand_count == 2 &&
                              insn.operands[1].kind == OperandKind::kTarget;
    if (leaves && (insn.operation == IntegerOperation::kTest || tests_itself) &&
        insn.operands[0].kind == OperandKind::kRegister)
      tests.push_back(i);
  });
  return std::ranges::any_of(tests, [&](std::uint32_t i) {
    const Register tested = view.function.insns[i].operands[0].reg;
    return bases.contains(tested) && values.kind(tested, i) == ValueKind::kLoaded;
  });
}

// The remainder is compared with what does not change, and the loop is left when
// they differ, or goes along a list: a hash table's bucket, which has a node or two.
//
//     .loop: mov  rsi, [rsi]          the next node
//            mov  rax, [rsi + 8]      its hash
//            div  rbx                 its bucket
//            cmp  rdx, r8             another bucket?
//            jne  .done
bool walks_a_bucket(AuditedFunction& function, LoopIndex loop, std::uint32_t divide) {
  const FunctionView& view = function.view();
  const LoopValues& values = function.values(loop);
  const Division division(view.function.insns[divide]);
  const auto comes_from_divide = [&](std::uint32_t insn, Register reg) {
    const std::vector<std::uint32_t> from = values.flow().definitions(reg, insn).insns;
    return std::find(from.begin(), from.end(), divide) != from.end();
  };
  // msub w3, w0, w2, w1: what is left of w1 when w0 times w2 is taken away.
  const auto takes_product_away = [&](std::uint32_t insn) {
    const Insn& i = view.function.insns[insn];
    return i.is(InsnClass::kMultiply) && i.operand_count == 4 &&
           i.reads.contains(division.quotient) && comes_from_divide(insn, division.quotient);
  };
  const auto is_remainder = [&](std::uint32_t insn, Register reg) {
    if (division.remainder != kNoRegister)
      return reg == division.remainder && comes_from_divide(insn, reg);
    const std::vector<std::uint32_t> from = values.flow().definitions(reg, insn).insns;
    return std::any_of(from.begin(), from.end(), takes_product_away);
  };
  const bool list = follows_a_list(view, values, loop);
  const auto leaves = [&](BlockIndex block) {
    const auto edges = view.cfg.successors(block);
    return std::any_of(edges.begin(), edges.end(),
                       [&](const Edge& e) { return !view.loops.contains(loop, e.to); });
  };
  const auto compares_remainder = [&](std::uint32_t i) {
    const Insn& insn = view.function.insns[i];
    if (insn.operation != IntegerOperation::kCompare || insn.operand_count != 2) return false;
    if (!list && !leaves(view.cfg.block_of_insn[i])) return false;
    for (int side = 0; side < 2; ++side) {
      const Operand& one = insn.operands[side];
      const Operand& other = insn.operands[1 - side];
      if (one.kind != OperandKind::kRegister || !is_remainder(i, one.reg)) continue;
      if (other.kind != OperandKind::kRegister) return other.kind == OperandKind::kMemory;
      if (values.kind(other.reg, i) == ValueKind::kInvariant) return true;
    }
    return false;
  };
  bool found = false;
  values.flow().for_each_insn([&](std::uint32_t i) { found = found || compares_remainder(i); });
  return found;
}

// What the instruction writes when that is a number: mov reg, 10, or the shorter
// push 10 and pop reg.
std::optional<std::int64_t> constant_made_by(const FunctionView& view, std::uint32_t index) {
  const Insn& insn = view.function.insns[index];
  if (insn.memory.present || insn.is(InsnClass::kPartialWrite)) return std::nullopt;
  if (insn.is(InsnClass::kMove) && insn.has_immediate) return insn.immediate;
  if (!insn.is(InsnClass::kPop) || view.cfg.blocks[view.cfg.block_of_insn[index]].first == index)
    return std::nullopt;
  const Insn& before = view.function.insns[index - 1];
  if (!before.is(InsnClass::kPush) || !before.has_immediate) return std::nullopt;
  return before.immediate;
}

// The number that the divisor's register holds, however far from the loop it is set,
// on all ways to the division: a build for size divides by constants too.
std::optional<std::int64_t> constant_in(const FunctionView& view, Register reg,
                                        std::uint32_t divide) {
  const Definitions from = ReachingDefinitions(view.function, view.cfg).of(reg, divide);
  if (!from.complete || from.from_outside || from.insns.empty()) return std::nullopt;
  const std::optional<std::int64_t> constant = constant_made_by(view, from.insns.front());
  const bool on_all_ways = std::all_of(from.insns.begin(), from.insns.end(), [&](std::uint32_t d) {
    return constant_made_by(view, d) == constant;
  });
  return on_all_ways ? constant : std::nullopt;
}

// A 64-bit division guarded by a 32-bit one of the same operands, clang's way
// around slow 64-bit dividers: together they run in every iteration.
bool twins(AuditedFunction& function, LoopIndex loop, const Site& a, const Site& b) {
  const FunctionView& view = function.view();
  const BlockIndex one = view.cfg.block_of_insn[a.divide];
  const BlockIndex other = view.cfg.block_of_insn[b.divide];
  if (one == other || a.divisor == kNoRegister || a.divisor != b.divisor) return false;
  const BlockIndex guard = function.dominators().immediate(one);
  return guard == function.dominators().immediate(other) &&
         function.runs_every_iteration(loop, guard);
}

std::optional<Site> read_divide(AuditedFunction& function, LoopIndex loop, std::uint32_t index) {
  const Insn& insn = function.insn(index);
  const Division division(insn);
  if (division.divisor == nullptr) return std::nullopt;
  const LoopValues& values = function.values(loop);
  Site site;
  site.divide = index;
  const Operand& divisor = *division.divisor;
  if (divisor.kind == OperandKind::kRegister) {
    site.divisor = divisor.reg;
    site.kind = values.kind(divisor.reg, index);
  } else {
    site.kind = values.loaded_kind(index);
  }
  if (site.kind != ValueKind::kInvariant && site.kind != ValueKind::kReloaded) return std::nullopt;
  if (DividendSearch(function, loop).reaches_quotient(index)) return std::nullopt;
  if (walks_a_bucket(function, loop, index)) return std::nullopt;
  site.every_iteration =
      function.runs_every_iteration(loop, function.view().cfg.block_of_insn[index]);
  return site;
}

std::vector<Site> find_sites(AuditedFunction& function, LoopIndex loop) {
  const FunctionView& view = function.view();
  std::vector<Site> sites;
  for (const BlockIndex b : view.loops.loops[loop].blocks) {
    const Block& block = view.cfg.blocks[b];
    for (std::uint32_t i = block.first; i <= block.last && !block.cold; ++i) {
      if (!is_integer_divide(view.function.insns[i])) continue;
      if (std::optional<Site> site = read_divide(function, loop, i)) sites.push_back(*site);
    }
  }
  for (Site& site : sites)
    for (const Site& other : sites) site.twin = site.twin || twins(function, loop, site, other);
  for (Site& site : sites) site.every_iteration = site.every_iteration || site.twin;
  // Where calls do the work, a division now and then is noise.
  sites.erase(std::remove_if(sites.begin(), sites.end(),
                             [&](const Site& site) {
                               return !site.every_iteration &&
                                      function.values(loop).flow().has_call();
                             }),
              sites.end());
  return sites;
}

struct Judgement {
  Confidence confidence = Confidence::kHint;
  std::string_view reason;  // why it is not proved
};

Judgement judge(AuditedFunction& function, LoopIndex loop, const Site& site) {
  if (site.kind == ValueKind::kReloaded)
    return {Confidence::kHint, "a store of the loop may change the divisor"};
  if (!site.every_iteration) return {Confidence::kHint, "not every iteration divides"};
  if (function.values(loop).flow().has_call())
    return {Confidence::kHint, "the loop calls; what the division costs beside that is not known"};
  const LoopRole role = function.view().loops.loops[loop].role;
  if (role != LoopRole::kOnly && role != LoopRole::kMain)
    return {Confidence::kPattern, "what part the loop has in the source's loop is not known"};
  if (site.divisor == kNoRegister)
    return {Confidence::kPattern,
            "the divisor lies in memory, though no store of the loop "
            "is known to reach it"};
  return {Confidence::kProved, ""};
}

std::string describe(const Site& site, std::optional<std::int64_t> constant, Isa isa) {
  std::string note = "the divisor";
  if (site.divisor != kNoRegister)
    note += " in " + std::string(facts_of(isa).register_name(site.divisor));
  note += site.kind == ValueKind::kReloaded ? " comes from memory, from the same place each time"
                                            : " does not change in the loop";
  if (constant.has_value()) note += ": it is " + std::to_string(*constant);
  if (site.twin) note += "; of this division and its narrower or wider twin one runs";
  if (!site.every_iteration) note += "; it does not divide in every iteration";
  return note;
}

void explain(Finding& finding, bool constant, bool reloaded) {
  if (reloaded) {
    finding.cause =
        "The divisor comes from memory that a store of the loop may change. If none does, it is "
        "the same in every iteration, but a compiler can turn a division into a multiplication "
        "only when it knows the divisor.";
  } else if (constant) {
    finding.cause =
        "The divisor is a constant, but the code was built for size (-Os, -Oz, a function marked "
        "cold), where a division is shorter than the multiplication that could replace it.";
  } else {
    finding.cause =
        "The divisor is not changed in the loop, but the compiler can turn a division into a "
        "multiplication only when it knows the divisor, and it makes no use of the divisor "
        "staying the same through the loop.";
  }
  if (constant) {
    finding.fix_c = "Compile this function with -O2, or mark it hot.";
    finding.fix_rust = "Compile the crate with opt-level 2 or 3.";
  } else {
    finding.fix_c =
        "Compute a reciprocal before the loop (libdivide), make the divisor a template parameter "
        "or switch over its few real values, or shift when it is a power of two.";
    finding.fix_rust =
        "Compute a reciprocal before the loop (strength_reduce), make the divisor a const generic "
        "or match over its few real values, or shift when it is a power of two.";
  }
  finding.risk =
      "A reciprocal costs tens of cycles to set up: a loop of few iterations gets slower.";
}

std::string title(const std::vector<Site>& shown, bool reloaded, std::size_t others) {
  std::string text = counted(shown.size(), "hardware division by a number that ",
                             "hardware divisions by numbers that ");
  if (reloaded)
    text += "may not";
  else
    text += shown.size() == 1 ? "does not" : "do not";
  text += " change in the loop";
  if (others != 0) text += "; " + std::to_string(others) + " more of lower confidence";
  return text;
}

std::vector<std::string> ruled_out(const FunctionView& view, LoopIndex loop, const Finding& finding,
                                   std::size_t reported, bool reloaded) {
  std::vector<std::string> traps = {
      loop_part_ruled_out(view.loops.loops[loop]),
      "what is divided is no quotient of the loop's own divisions: it is no loop over digits",
      "the remainder neither ends the loop nor picks nodes of a list: it is no walk along a "
      "hash chain"};
  if (!reloaded) traps.emplace_back("nothing in the loop changes the divisor's value");
  const auto all = static_cast<std::size_t>(finding.predicate.before);
  if (all > reported)
    traps.push_back(counted(all - reported, "more division", "more divisions") +
                    " of the loop not counted, for which one of these does not hold");
  return traps;
}

Finding report(AuditedFunction& function, LoopIndex loop, const std::vector<Site>& sites) {
  // The loop is reported with its surest sites.
  std::vector<Judgement> judged;
  judged.reserve(sites.size());
  for (const Site& site : sites) judged.push_back(judge(function, loop, site));
  const Judgement best = *std::ranges::min_element(judged, {}, &Judgement::confidence);
  std::vector<Site> shown;
  for (std::size_t i = 0; i < sites.size(); ++i)
    if (judged[i].confidence == best.confidence) shown.push_back(sites[i]);

  Finding finding = function.start_finding(loop);
  finding.confidence = best.confidence;
  finding.confidence_reason = best.reason;
  bool all_constant = true;
  bool any_reloaded = false;
  for (const Site& site : shown) {
    std::optional<std::int64_t> constant;
    if (site.divisor != kNoRegister)
      constant = constant_in(function.view(), site.divisor, site.divide);
    all_constant = all_constant && constant.has_value();
    any_reloaded = any_reloaded || site.kind == ValueKind::kReloaded;
    function.add_evidence(finding, site.divide,
                          describe(site, constant, function.view().function.isa));
  }
  finding.title = title(shown, any_reloaded, sites.size() - shown.size());
  explain(finding, all_constant, any_reloaded);
  predict_fewer(finding, function, loop, Metric::kDivides, shown.size());
  finding.traps_passed = ruled_out(function.view(), loop, finding, sites.size(), any_reloaded);
  return finding;
}

void run(AuditedFunction& function, std::vector<Finding>& findings) {
  report_loops(function, findings, find_sites, report);
}

}  // namespace

constexpr Isa kIsas[] = {Isa::kX86_64, Isa::kAarch64};

extern const Check invariant_divide;
const Check invariant_divide{"invariant-divide",
                             "the hardware divides by the same number in every iteration of a loop",
                             run, kIsas};

}  // namespace asmforge::checks

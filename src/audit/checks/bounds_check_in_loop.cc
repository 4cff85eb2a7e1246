// An index is compared with a length in every iteration of a loop:
//
//     .loop: cmp  rcx, rsi                   index rcx, length rsi
//            jae  .fail
//            add  eax, dword ptr [rdi + 4*rcx]
//            inc  rcx
//            cmp  rcx, rdx
//            jne  .loop
//     .fail: call core::panicking::panic_bounds_check
//
// One comparison of the last index before the loop would cover all of them, and
// the loop could then be unrolled and vectorised.
#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "audit/check.h"
#include "audit/loop_metrics.h"
#include "audit/report_loops.h"
#include "isa/isa.h"
#include "mc/demangle.h"

namespace asmforge::checks {
namespace {

struct Site {
  PanicEdge edge;
  std::uint32_t compare = kNoIndex;  // sets the flags that the branch reads
  Register index_register = kNoRegister;
  ValueKind index = ValueKind::kUnknown;
  ValueKind length = ValueKind::kUnknown;
  Confidence confidence = Confidence::kHint;
  std::string_view reason;  // why the confidence is not higher
};

Condition inverse(Condition condition) {
  switch (condition) {
    case Condition::kEqual: return Condition::kNotEqual;
    case Condition::kNotEqual: return Condition::kEqual;
    case Condition::kUnsignedLess: return Condition::kUnsignedGreaterEqual;
    case Condition::kUnsignedLessEqual: return Condition::kUnsignedGreater;
    case Condition::kUnsignedGreater: return Condition::kUnsignedLessEqual;
    case Condition::kUnsignedGreaterEqual: return Condition::kUnsignedLess;
    default: return Condition::kOther;
  }
}

// The condition under which the panic is reached.
Condition panic_condition(const FunctionView& view, const Site& site) {
  const Insn& branch = view.function.insns[view.cfg.blocks[site.edge.block].last];
  return site.edge.taken ? branch.condition : inverse(branch.condition);
}

// Which side of `cmp a, b` is the index: 0, 1, or -1 when the condition does not say.
int index_side(Condition reached) {
  switch (reached) {
    case Condition::kUnsignedGreaterEqual:  // a >= b
    case Condition::kUnsignedGreater: return 0;
    case Condition::kUnsignedLessEqual:  // a <= b
    case Condition::kUnsignedLess: return 1;
    default: return -1;
  }
}

std::uint32_t flags_producer(const FunctionView& view, const Block& block) {
  const Register flags = facts_of(view.function.isa).status_flags;
  if (!view.function.insns[block.last].reads.contains(flags)) return kNoIndex;
  for (std::uint32_t i = block.last; i-- > block.first;)
    if (view.function.insns[i].writes.contains(flags)) return i;
  return kNoIndex;
}

ValueKind kind_of_operand(const LoopValues& values, std::uint32_t index, const Operand& operand) {
  switch (operand.kind) {
    case OperandKind::kRegister: return values.kind(operand.reg, index);
    case OperandKind::kMemory: return values.loaded_kind(index);
    case OperandKind::kImmediate: return ValueKind::kInvariant;
    default: return ValueKind::kUnknown;
  }
}

// cbz x1, .fail: index 0 against length 0, without flags.
bool compares_itself(const Insn& branch) {
  return branch.operand_count == 2 && branch.operands[0].kind == OperandKind::kRegister &&
         branch.operands[1].kind == OperandKind::kTarget;
}

// Fills in index and length from the comparison.
void read_comparison(AuditedFunction& function, LoopIndex loop, Site& site) {
  const FunctionView& view = function.view();
  const LoopValues& values = function.values(loop);
  const std::uint32_t branch = view.cfg.blocks[site.edge.block].last;
  if (compares_itself(function.insn(branch))) {
    site.compare = branch;
    site.index = ValueKind::kInvariant;
    site.length = kind_of_operand(values, branch, function.insn(branch).operands[0]);
    return;
  }
  site.compare = flags_producer(view, view.cfg.blocks[site.edge.block]);
  if (site.compare == kNoIndex) return;
  const Insn& compare = function.insn(site.compare);
  if (compare.operation == IntegerOperation::kTest) {  // index 0 against length 0
    site.index = ValueKind::kInvariant;
    site.length = kind_of_operand(values, site.compare, compare.operands[0]);
    return;
  }
  const bool compares = compare.operation == IntegerOperation::kCompare ||
                        compare.operation == IntegerOperation::kSubtract;
  if (!compares || compare.operand_count != 2) return;
  const ValueKind kinds[2] = {kind_of_operand(values, site.compare, compare.operands[0]),
                              kind_of_operand(values, site.compare, compare.operands[1])};
  const Condition reached = panic_condition(view, site);
  int side = index_side(reached);
  if (side < 0) {
    // index == length, where the index grows by one from below.
    if (reached != Condition::kEqual) return;
    side = kinds[0] == ValueKind::kAffine || kinds[1] == ValueKind::kInvariant ? 0 : 1;
  }
  site.index = kinds[side];
  site.length = kinds[1 - side];
  if (compare.operands[side].kind == OperandKind::kRegister)
    site.index_register = compare.operands[side].reg;
}

// The way on from the check addresses memory with the compared register.
bool addresses_memory(const FunctionView& view, const Site& site) {
  if (site.index_register == kNoRegister) return false;
  for (const Edge& edge : view.cfg.successors(site.edge.block)) {
    if (edge.to == site.edge.to) continue;
    const Block& next = view.cfg.blocks[edge.to];
    for (std::uint32_t i = next.first; i <= next.last; ++i) {
      const Insn& insn = view.function.insns[i];
      if (insn.classes.has_any(InsnClass::kLoad | InsnClass::kStore) && insn.memory.present &&
          insn.memory.index == site.index_register)
        return true;
      if (insn.writes.contains(site.index_register)) return false;
    }
  }
  return false;
}

// The loop has another end that depends on a counter. A search whose only such end is the
// call that never returns checks no index:
//
//     .loop: inc  rax
//            cmp  rax, rdx                 all looked at
//            je   .not_found
//            cmp  qword ptr [rdi + 8*rax], rsi
//            jne  .loop
bool ends_elsewhere(AuditedFunction& function, LoopIndex loop, const Site& site) {
  const FunctionView& view = function.view();
  const LoopValues& values = function.values(loop);
  const auto counts = [&](BlockIndex b) {
    const std::uint32_t producer = flags_producer(view, view.cfg.blocks[b]);
    if (producer == kNoIndex) return false;
    const Insn& insn = function.insn(producer);
    return std::any_of(insn.operands.begin(), insn.operands.begin() + insn.operand_count,
                       [&](const Operand& o) {
                         const ValueKind kind = kind_of_operand(values, producer, o);
                         return kind == ValueKind::kAffine || kind == ValueKind::kDerived;
                       });
  };
  return std::ranges::any_of(view.loops.loops[loop].blocks, [&](BlockIndex b) {
    if (b == site.edge.block ||
        !view.function.insns[view.cfg.blocks[b].last].is(InsnClass::kConditional))
      return false;
    const auto edges = view.cfg.successors(b);
    return std::any_of(edges.begin(), edges.end(),
                       [&](const Edge& e) {
                         return !view.loops.contains(loop, e.to) && !view.cfg.blocks[e.to].cold;
                       }) &&
           counts(b);
  });
}

// What is not certain of index and length; empty when both are as simple as can be.
std::string_view doubt_in_values(const Site& site) {
  if (site.index == ValueKind::kLoaded) return "the index is computed from what the loop loads";
  if (site.index > ValueKind::kLoaded) return "where the index comes from is not known";
  if (site.length > ValueKind::kReloaded) return "the length may change in the loop";
  if (site.length == ValueKind::kReloaded) return "a store of the loop may change the length";
  if (site.length != ValueKind::kInvariant) return "the length changes in the loop";
  if (site.index == ValueKind::kReloaded) return "a store of the loop may change the index";
  if (site.index > ValueKind::kAffine) return "the index does not advance by a constant";
  return "";
}

// Fills in how sure it is. False when it is no bounds check, or when nobody can tell.
bool judge(AuditedFunction& function, LoopIndex loop, Site& site) {
  const FunctionView& view = function.view();
  if (site.edge.end.kind == PanicKind::kUnnamed) {
    // Without a name it takes a comparison, with a length that stays, of what then
    // addresses memory. Compilers turn index >= length into == for a counter.
    const Condition reached = panic_condition(view, site);
    const bool has_condition =
        index_side(reached) >= 0 ? site.index <= ValueKind::kDerived
                                 : reached == Condition::kEqual && site.index == ValueKind::kAffine;
    const bool has_shape = has_condition && site.length == ValueKind::kInvariant &&
                           addresses_memory(view, site) && ends_elsewhere(function, loop, site);
    site.reason = "the call that does not return has no name that says why";
    return has_shape;
  }
  if (site.edge.end.kind != PanicKind::kIndexFailure) return false;
  site.reason = doubt_in_values(site);
  if (site.index > ValueKind::kReloaded || site.length > ValueKind::kReloaded) return true;
  const LoopRole role = view.loops.loops[loop].role;
  if (site.reason.empty() && role != LoopRole::kOnly && role != LoopRole::kMain)
    site.reason = "what part the loop has in the source's loop is not known";
  if (site.reason.empty() && !function.runs_every_iteration(loop, site.edge.block))
    site.reason = "not every iteration passes the check";
  site.confidence = site.reason.empty() ? Confidence::kProved : Confidence::kPattern;
  return true;
}

std::string_view index_note(ValueKind kind) {
  switch (kind) {
    case ValueKind::kInvariant: return "the index does not change in the loop";
    case ValueKind::kAffine: return "the index advances by a constant each iteration";
    case ValueKind::kDerived: return "the index is computed from counters alone";
    case ValueKind::kReloaded: return "the index is reloaded each iteration";
    case ValueKind::kLoaded: return "the index is computed from what the loop loads";
    case ValueKind::kUnknown: break;
  }
  return "where the index comes from is not known";
}

std::string describe(const Site& site) {
  std::string note(index_note(site.index));
  if (site.length == ValueKind::kInvariant) note += ", the length does not change";
  if (site.length == ValueKind::kReloaded)
    note += ", the length is reloaded: a store may change it";
  return note;
}

bool is_rust(std::string_view failure) {
  return failure.find("9panicking") != std::string_view::npos ||
         failure.find("5slice5index") != std::string_view::npos;
}

void explain(Finding& finding, const Site& first, std::string_view failure) {
  finding.cause =
      is_rust(failure)
          ? "Safe indexing checks each access. The compiler drops the check only when it can "
            "prove the index below the length, and takes it out of the loop only when nobody "
            "could see that it fails earlier."
          : "at(), -D_GLIBCXX_ASSERTIONS, bounds sanitizers and checks of one's own test each "
            "access. The compiler drops the check only when it can prove the index below the "
            "length, and takes it out of the loop only when nobody could see that it fails "
            "earlier.";
  const bool needed =
      first.confidence == Confidence::kHint && first.edge.end.kind == PanicKind::kIndexFailure;
  finding.fix_c =
      needed ? "Where the index depends on data the check is needed unless its range is known: a "
               "table of 256 entries for a byte index, an index that is masked, or data that "
               "are validated once make it superfluous."
             : "Check the last index once before the loop and use operator[], iterators or a "
               "range-for inside, or take a span of exactly the loop's length.";
  finding.fix_rust =
      needed ? "Where the index depends on data the check is needed unless its range is known: "
               "index a [T; 256] by a u8, mask the index with LEN - 1, or validate the data once."
             : "Iterate (iter, zip, chunks_exact), or slice to the loop's length before it: "
               "`let v = &v[..n];`. assert!(n <= v.len()) before the loop does the same.";
  finding.risk =
      "A check before the loop fails before the first iteration instead of after some; without "
      "any check a wrong index is undefined behaviour.";
}

std::string title(const std::vector<Site>& shown, std::size_t others) {
  const Site& first = shown.front();
  const bool named = first.edge.end.kind == PanicKind::kIndexFailure;
  const bool one = shown.size() == 1;
  std::string text = std::to_string(shown.size());
  text += named ? " bounds check" : " likely bounds check";
  if (!one) text += 's';
  text += " in the loop";
  if (first.confidence == Confidence::kHint && named)
    text += one ? ", of an index that may depend on the data"
                : ", of indices that may depend on the data";
  if (others != 0) text += "; " + std::to_string(others) + " more of lower confidence";
  return text;
}

std::string never_returns_note(const FunctionView& view, std::uint32_t call) {
  if (view.function.insns[call].is(InsnClass::kTrap)) return "never returns";
  const std::string_view name = callee_name(view, call);
  return name.empty() ? "never returns" : demangle(name) + " never returns";
}

Finding report(AuditedFunction& function, LoopIndex loop, std::vector<Site>& sites) {
  // The loop is reported with its surest sites.
  std::sort(sites.begin(), sites.end(), [](const Site& a, const Site& b) {
    return std::tie(a.confidence, a.edge.block) < std::tie(b.confidence, b.edge.block);
  });
  const Confidence best = sites.front().confidence;
  const auto end =
      std::find_if(sites.begin(), sites.end(), [&](const Site& s) { return s.confidence != best; });
  const std::vector<Site> shown(sites.begin(), end);
  const Site& first = shown.front();

  Finding finding = function.start_finding(loop);
  const FunctionView& view = function.view();
  for (const Site& site : shown) {
    function.add_evidence(finding, site.compare, describe(site));
    function.add_evidence(finding, view.cfg.blocks[site.edge.block].last,
                          site.edge.taken ? "jumps to the panic" : "falls into the panic");
    function.add_evidence(finding, site.edge.end.call,
                          never_returns_note(view, site.edge.end.call));
  }
  finding.title = title(shown, sites.size() - shown.size());
  explain(finding, first,
          function.insn(first.edge.end.call).is(InsnClass::kTrap)
              ? std::string_view{}
              : callee_name(view, first.edge.end.call));
  finding.confidence = best;
  finding.confidence_reason = first.reason;
  predict_fewer(finding, function, loop, Metric::kPanicEdges, shown.size());
  finding.traps_passed = {loop_part_ruled_out(view.loops.loops[loop])};
  const auto all = static_cast<std::size_t>(finding.predicate.before);
  if (all > sites.size())
    finding.traps_passed.push_back(
        counted(all - sites.size(), "more branch to a panic is", "more branches to panics are") +
        " no bounds check, as far as is known (overflow, unwrap, division by zero): not in this "
        "finding");
  if (first.edge.end.kind == PanicKind::kIndexFailure)
    finding.traps_passed.emplace_back("the callee is known by name to report an index");
  if (best != Confidence::kHint)
    finding.traps_passed.emplace_back("the index does not depend on loaded data");
  return finding;
}

std::vector<Site> find_sites(AuditedFunction& function, LoopIndex loop) {
  std::vector<Site> sites;
  for (const PanicEdge& edge : panic_edges(function, loop)) {
    if (edge.end.kind == PanicKind::kOther) continue;
    Site site;
    site.edge = edge;
    read_comparison(function, loop, site);
    if (judge(function, loop, site)) sites.push_back(site);
  }
  return sites;
}

void run(AuditedFunction& function, std::vector<Finding>& findings) {
  report_loops(function, findings, find_sites, report);
}

}  // namespace

constexpr Isa kIsas[] = {Isa::kX86_64, Isa::kAarch64};

extern const Check bounds_check_in_loop;
const Check bounds_check_in_loop{
    "bounds-check-in-loop", "an index is checked against a length in every iteration of a loop",
    run, kIsas};

}  // namespace asmforge::checks

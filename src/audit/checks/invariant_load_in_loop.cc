// The same address is loaded in every iteration, because a store of the loop
// may have changed what is there:
//
//     .loop: mov  rcx, qword ptr [rdi + 8]   s->buffer, again
//            mov  edx, dword ptr [rdi + 4]   s->value, again
//            mov  byte ptr [rcx + rax], dl   may alias both, for all the compiler knows
//            inc  rax
//            cmp  eax, dword ptr [rdi]       s->count, again
//            jl   .loop
//
// A local copy before the loop tells the compiler that the store does not.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "audit/check.h"
#include "audit/loop_metrics.h"
#include "audit/report_loops.h"
#include "isa/x86_64.h"

namespace asmforge::checks {
namespace {

struct Site {
  std::uint32_t load = kNoIndex;
  std::uint32_t store = kNoIndex;  // the one that explains the reload best
  Confidence confidence = Confidence::kHint;
  bool explained = false;     // by a store that may alias by the rules of the language
  bool has_register = false;  // the loop leaves one untouched to keep it in
  bool could_have = false;    // or one could be had
};

// Only a volatile object is loaded twice with no store in between.
bool looks_volatile(const FunctionView& view, std::uint32_t load) {
  const MemoryOperand& address = view.function.insns[load].memory;
  const Block& block = view.cfg.blocks[view.cfg.block_of_insn[load]];
  const auto loads_the_same = [&](const Insn& insn) {
    const MemoryOperand& m = insn.memory;
    return insn.is(InsnClass::kLoad) && m.present && m.base == address.base &&
           m.index == address.index && m.displacement == address.displacement &&
           m.address == address.address && m.bytes == address.bytes;
  };
  const auto ends_the_search = [&](const Insn& insn) {
    return insn.classes.has_any(InsnClass::kStore | InsnClass::kCall) ||
           insn.writes.contains(address.base) || insn.writes.contains(address.index);
  };
  for (std::uint32_t i = load + 1; i <= block.last; ++i) {
    if (loads_the_same(view.function.insns[i])) return true;
    if (ends_the_search(view.function.insns[i])) break;
  }
  for (std::uint32_t i = load; i-- > block.first;) {
    if (ends_the_search(view.function.insns[i])) break;
    if (loads_the_same(view.function.insns[i])) return true;
  }
  return false;
}

// A flag that is only asked whether to stop, which another thread or a signal may
// raise: a volatile object or a relaxed atomic must be read each time.
//
//     .loop: cmp  byte ptr [rdi], 0
//            jne  .done                    leaves the loop
//            mov  dword ptr [rsi], eax     need not alias the flag
bool looks_like_stop_flag(const FunctionView& view, LoopIndex loop, std::uint32_t load) {
  const Block& block = view.cfg.blocks[view.cfg.block_of_insn[load]];
  const auto ways = view.cfg.successors(view.cfg.block_of_insn[load]);
  const bool may_leave = std::any_of(
      ways.begin(), ways.end(), [&](const Edge& e) { return !view.loops.contains(loop, e.to); });
  if (!may_leave || !view.function.insns[block.last].is(InsnClass::kConditional)) return false;
  const auto is_test = [](const Insn& insn) {
    return (insn.operation == IntegerOperation::kCompare && insn.has_immediate) ||
           insn.operation == IntegerOperation::kTest;
  };
  // Nothing but the test, on the way to the branch, reads what was loaded.
  const Insn& first = view.function.insns[load];
  std::uint32_t test = load;
  if (!is_test(first)) {
    const Operand& to = first.operands[0];
    test = load + 1;
    if (!first.classes.has_any(InsnClass::kMove | InsnClass::kExtend) ||
        to.kind != OperandKind::kRegister || test > block.last ||
        !is_test(view.function.insns[test]) || !view.function.insns[test].reads.contains(to.reg))
      return false;
  }
  return test + 1 == block.last;
}

// By the rules of C and C++ a byte store may alias everything, and others only
// what has their type, so their size. Other pairs come from unions, casts and
// -fno-strict-aliasing, or from a volatile object.
bool explains(const Insn& load, const Insn& store) {
  return store.memory.bytes == 1 || store.memory.bytes == load.memory.bytes;
}

std::uint32_t aliasing_store(AuditedFunction& function, const LoopValues& values,
                             std::uint32_t load) {
  std::uint32_t first = kNoIndex;
  for (const std::uint32_t store : values.stores()) {
    // A store to the function's own frame is no reason to load from elsewhere again.
    if (!values.may_alias(load, store) || values.in_frame(function.insn(store).memory)) continue;
    if (explains(function.insn(load), function.insn(store))) return store;
    if (first == kNoIndex) first = store;
  }
  return first;
}

// A store through the pointer that the load uses may write the loaded element:
//
//     .loop: mov  ecx, dword ptr [rdi]            a[0]
//            add  dword ptr [rdi + 4*rax], ecx    a[index], which may be a[0]
bool stored_through_same_pointer(AuditedFunction& function, const LoopValues& values,
                                 std::uint32_t load) {
  return std::any_of(values.stores().begin(), values.stores().end(), [&](std::uint32_t store) {
    return values.may_alias(load, store) && !values.in_frame(function.insn(store).memory) &&
           function.pointers().may_share(load, store);
  });
}

// A load that is kept in a register all through the loop needs one of its own there.
class FreeRegisters {
 public:
  FreeRegisters(const FunctionView& view, const LoopFlow& flow) : view_(view) {
    flow.for_each_insn([&](std::uint32_t i) {
      const Insn& insn = view.function.insns[i];
      used_ |= insn.reads | insn.writes;
      insn.writes.for_each([&](Register r) { ++writers_[r]; });
    });
    used_.insert(x86_64::kStackPointer);
    for (Register r = 0; r < 16; ++r) general_ += used_.contains(r) ? 0 : 1;
    // The upper half is AVX-512's: there where the loop uses it.
    bool upper = false;
    for (Register r = 16; r < 32; ++r) upper = upper || used_.contains(x86_64::kVector0 + r);
    const Register vectors = upper ? 32 : 16;
    for (Register r = 0; r < vectors; ++r) vector_ += used_.contains(x86_64::kVector0 + r) ? 0 : 1;
    // Compilers need one now and then, and the function may need another after the loop.
    general_ = std::max(general_ - 1, 0);
    vector_ = std::max(vector_ - 1, 0);
  }

  // A general register that is mentioned may be a temporary of a few instructions, so
  // mentions prove nothing; loops that name nearly all vector registers hold tables in them.
  static bool could_be_had(const Insn& insn) { return !is_for_vector(insn); }

  // Takes a register for the load; false when there is none left.
  bool take(std::uint32_t load) {
    const Insn& insn = view_.function.insns[load];
    if (keeps_its_own(insn) || taken_for_the_same(insn.memory)) return true;
    int& left = is_for_vector(insn) ? vector_ : general_;
    if (left == 0) return false;
    --left;
    taken_for_.push_back(&insn.memory);
    return true;
  }

 private:
  // Only the load writes its register: what it leaves there can stay.
  [[nodiscard]] bool keeps_its_own(const Insn& insn) const {
    const Operand& to = insn.operands[0];
    return insn.classes.has_any(InsnClass::kMove | InsnClass::kExtend) &&
           to.kind == OperandKind::kRegister && to.written && to.reg < writers_.size() &&
           writers_[to.reg] == 1;
  }
  [[nodiscard]] bool taken_for_the_same(const MemoryOperand& m) const {
    return std::any_of(taken_for_.begin(), taken_for_.end(), [&](const MemoryOperand* t) {
      return t->base == m.base && t->index == m.index && t->scale == m.scale &&
             t->displacement == m.displacement && t->address == m.address && t->bytes == m.bytes;
    });
  }
  static bool is_for_vector(const Insn& insn) {
    return std::any_of(insn.operands.begin(), insn.operands.end(), [](const Operand& o) {
      return o.kind == OperandKind::kRegister && x86_64::is_vector(o.reg);
    });
  }

  const FunctionView& view_;
  RegisterSet used_;
  std::array<int, 128> writers_{};
  int general_ = 0;
  int vector_ = 0;
  std::vector<const MemoryOperand*> taken_for_;
};

std::vector<Site> find_sites(AuditedFunction& function, LoopIndex loop) {
  std::vector<Site> sites;
  for (const std::uint32_t load : invariant_loads(function, loop)) {
    const LoopValues& values = function.values(loop);
    if (values.clobber_of(load).kind != Clobber::kMay) continue;
    if (!function.runs_every_iteration(loop, function.view().cfg.block_of_insn[load])) continue;
    if (looks_volatile(function.view(), load)) continue;
    const std::uint32_t store = aliasing_store(function, values, load);
    if (store == kNoIndex) continue;
    if (stored_through_same_pointer(function, values, load)) continue;
    const bool explained = explains(function.insn(load), function.insn(store));
    const bool flag = looks_like_stop_flag(function.view(), loop, load);
    if (flag && !explained) continue;
    const Confidence confidence = explained && !flag ? Confidence::kPattern : Confidence::kHint;
    sites.push_back({load, store, confidence, explained});
  }
  FreeRegisters registers(function.view(), function.values(loop).flow());
  for (Site& site : sites) {
    site.has_register = registers.take(site.load);
    site.could_have = site.has_register || FreeRegisters::could_be_had(function.insn(site.load));
  }
  if (std::ranges::none_of(sites, &Site::could_have)) return {};
  return sites;
}

// The finding is as sure as its surest load, unless registers may be lacking.
void judge(Finding& finding, const std::vector<Site>& sites) {
  const Site& surest = *std::ranges::min_element(sites, {}, &Site::confidence);
  finding.confidence = surest.confidence;
  if (!std::ranges::all_of(sites, &Site::has_register)) {
    finding.confidence = Confidence::kHint;
    finding.confidence_reason =
        sites.size() == 1 ? "the loop may leave no register free to keep the value in"
                          : "the loop may leave fewer registers free than there are loads";
  } else if (surest.confidence == Confidence::kPattern) {
    finding.confidence_reason = "whether the store really changes the value is not known";
  } else if (surest.explained) {
    finding.confidence_reason = "it may be a flag that others raise to stop the loop";
  } else {
    finding.confidence_reason = "no store of the loop has the size of what is loaded";
  }
}

Finding report(AuditedFunction& function, LoopIndex loop, const std::vector<Site>& sites) {
  Finding finding = function.start_finding(loop);
  finding.title = counted(sites.size(), "load of an unchanging address is",
                          "loads of unchanging addresses are") +
                  " repeated in every iteration";
  const auto kept = static_cast<std::size_t>(std::ranges::count_if(sites, &Site::could_have));
  if (kept < sites.size()) finding.title += "; registers are free for " + std::to_string(kept);
  // The store of the first load is shown even when there are many loads.
  constexpr std::size_t kMaxLoads = AuditedFunction::kMaxEvidence - 2;
  for (const Site& site : sites) {
    function.add_evidence(finding, site.load, "the same address in every iteration", kMaxLoads);
  }
  for (const Site& site : sites)
    function.add_evidence(finding, site.store, "may change what is loaded");
  finding.cause =
      "A store in the loop may change what is loaded, as far as a compiler can tell: a byte "
      "store may alias everything, another one what has its type. Code that it compiles then "
      "loads again in each iteration.";
  finding.fix_c =
      "Copy the value into a local variable before the loop (`const int n = s->n;`), or promise "
      "with restrict that the pointers do not overlap.";
  finding.fix_rust =
      "Copy the field into a local before the loop, or borrow the parts apart (`let Self { buf, "
      "n, .. } = self;`), so that &mut says that they do not overlap; raw pointers and Cell hide "
      "that.";
  finding.risk =
      "If the store really changes the loaded value during the loop, a local copy changes what "
      "the program computes. A volatile object or a relaxed atomic looks the same in the "
      "assembly, and must stay in the loop.";
  finding.traps_passed = {
      loop_part_ruled_out(function.view().loops.loops[loop]),
      "a store of the loop may alias; there is no call, atomic exchange or barrier",
      "no store writes the very same address: it is no accumulator in memory",
      "a store through the load's own pointer, if there is one, writes beside what is loaded",
      "the load runs in every iteration",
      "the loop does not name so many vector registers that none is free",
      "no stack slot, constant, GOT entry or thread-local variable",
      "not loaded twice in a row",
      "no flag that only stops the loop, unless a store of its size explains the load"};
  judge(finding, sites);
  predict_fewer(finding, function, loop, Metric::kInvariantLoads, kept);
  return finding;
}

void run(AuditedFunction& function, std::vector<Finding>& findings) {
  report_loops(function, findings, find_sites, report);
}

}  // namespace

// Which registers a loop has left, and what a spare one is worth, is known of x86-64 alone.
constexpr Isa kIsas[] = {Isa::kX86_64};

extern const Check invariant_load_in_loop;
const Check invariant_load_in_loop{
    "invariant-load-in-loop",
    "a loop loads the same address in every iteration because a store may alias it", run, kIsas};

}  // namespace asmforge::checks

#include "audit/predicates.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/audited_function.h"
#include "audit/loop_metrics.h"
#include "audit/panic_paths.h"
#include "graph/match_loops.h"
#include "mc/demangle.h"

namespace asmforge {
namespace {

bool holds(std::int64_t value, Relation relation, std::int64_t reference) {
  switch (relation) {
    case Relation::kEqual: return value == reference;
    case Relation::kNotEqual: return value != reference;
    case Relation::kLess: return value < reference;
    case Relation::kLessEqual: return value <= reference;
    case Relation::kGreater: return value > reference;
    case Relation::kGreaterEqual: return value >= reference;
  }
  return false;
}

// A work that a loop still has to do after it was mended.
struct Work {
  InsnClasses classes;
  std::string_view name;
};
constexpr Work kWorks[] = {
    {InsnClass::kLoad, "loads"},
    {InsnClass::kStore, "stores"},
    {InsnClass::kMultiply, "multiplies"},
    {InsnClass::kFloat, "computes with floating-point numbers"},
    {InsnClass::kDivide, "divides"},
    {InsnClass::kConvert, "converts between number formats"},
    {InsnClass::kLogic | InsnClass::kShift, "shifts or masks"},
};

// What a fix of the predicate's kind may take out of the loop altogether.
InsnClasses may_vanish(Metric metric) {
  switch (metric) {
    case Metric::kDivides: return InsnClass::kDivide;
    case Metric::kLoads:
    case Metric::kInvariantLoads: return InsnClass::kLoad;
    case Metric::kStores: return InsnClass::kStore;
    default: return {};
  }
}

struct Contents {
  InsnClasses classes;  // of instructions that do something, zero idioms left out
  std::vector<std::string> callees;
};

Contents contents_of(const FunctionView& view, std::optional<LoopIndex> loop) {
  Contents contents;
  for (BlockIndex b = 0; b < view.cfg.blocks.size(); ++b) {
    const Block& block = view.cfg.blocks[b];
    if (!block.reachable || block.cold || (loop.has_value() && !view.loops.contains(*loop, b)))
      continue;
    for (std::uint32_t i = block.first; i <= block.last; ++i) {
      const Insn& insn = view.function.insns[i];
      if (insn.classes.has_any(InsnClass::kZeroIdiom | InsnClass::kNop)) continue;
      // Where to return to, and registers that are saved meanwhile, are nobody's work.
      if (!insn.classes.has_any(InsnClass::kCall | InsnClass::kPush | InsnClass::kPop))
        contents.classes |= insn.classes;
      const bool leaves =
          insn.is(InsnClass::kJump) && i == block.last && block.exit == BlockExit::kTailCall;
      if (!insn.is(InsnClass::kCall) && !leaves) continue;
      // A callee without a name is one of its own in each build.
      std::string name = demangle(callee_name(view, i));
      contents.callees.push_back(name.empty() ? "an unknown function" : std::move(name));
    }
  }
  std::sort(contents.callees.begin(), contents.callees.end());
  return contents;
}

// Why what is selected after is not the same work as before; empty when it may be.
std::string other_work(Metric metric, const Contents& before, const Contents& after) {
  std::vector<std::string> added;
  std::set_difference(after.callees.begin(), after.callees.end(), before.callees.begin(),
                      before.callees.end(), std::back_inserter(added));
  if (!added.empty() && metric != Metric::kCalls)
    return "it now calls " + added.front() + ", where the rest may be";
  for (const Work& work : kWorks) {
    const bool had = before.classes.has_any(work.classes);
    const bool has = after.classes.has_any(work.classes);
    if (had && !has && !may_vanish(metric).has_any(work.classes))
      return "it no longer " + std::string(work.name) + ": other work";
  }
  return {};
}

PredicateResult unknown(PredicateResult result, std::string reason) {
  result.truth = Truth::kUnknown;
  result.reason = std::move(reason);
  return result;
}

std::string name_without_hash(const FunctionView& view) { return demangle(view.function.name); }

}  // namespace

PredicateResult evaluate(const Predicate& predicate, const FunctionView& before,
                         const FunctionView* after, const SourceOfAddress& source_before,
                         const SourceOfAddress& source_after) {
  PredicateResult result;
  const std::string name = demangle(predicate.function);
  if (name_without_hash(before) != name)
    return unknown(result, "the build before has no such function");
  std::optional<LoopIndex> loop;
  if (!predicate.loop.whole_function) loop = predicate.loop.ordinal;
  const auto& old_loops = before.loops.loops;
  if (loop.has_value() &&
      (*loop >= old_loops.size() ||
       (predicate.loop.depth != 0 && old_loops[*loop].depth != predicate.loop.depth)))
    return unknown(result, "the build before has no such loop");
  AuditedFunction measured(before.binary, nullptr);
  measured.reset(before);
  const std::int64_t value_before = measure(predicate.metric, measured, loop);
  result.before = value_before;
  if (value_before != predicate.before)
    return unknown(result, "the build before has " + std::to_string(value_before) +
                               ", not what the predicate begins with");
  if (after == nullptr) return unknown(result, "the build after has no such function");
  if (name_without_hash(*after) != name) return unknown(result, "the function was renamed");
  if (after->cfg.unresolved_jumps > before.cfg.unresolved_jumps)
    return unknown(result, "an indirect jump could not be resolved");

  std::vector<std::optional<LoopIndex>> selected{std::nullopt};
  if (loop.has_value()) {
    const LoopMatch match =
        match_loops({before.function, before.cfg, before.loops, source_before},
                    {after->function, after->cfg, after->loops, source_after})[*loop];
    if (!match.known()) return unknown(result, match.reason);
    selected.assign(match.after.begin(), match.after.end());
  }
  const Contents old_contents = contents_of(before, loop);
  AuditedFunction remeasured(after->binary, nullptr);
  remeasured.reset(*after);
  std::int64_t value_after = 0;
  std::optional<bool> truth;
  for (const std::optional<LoopIndex>& candidate : selected) {
    value_after = measure(predicate.metric, remeasured, candidate);
    result.after = value_after;
    const bool now = holds(value_after, predicate.relation, predicate.after);
    if (truth.has_value() && *truth != now)
      return unknown(result, "the loop became several, and they differ");
    truth = now;
    if (!now) continue;
    const std::string other =
        other_work(predicate.metric, old_contents, contents_of(*after, candidate));
    if (!other.empty()) return unknown(result, other);
  }
  const bool holds_everywhere = truth.value_or(false);
  result.truth = holds_everywhere ? Truth::kTrue : Truth::kFalse;
  if (!holds_everywhere) result.reason = "the build after has " + std::to_string(value_after);
  return result;
}

}  // namespace asmforge

#include "audit/loop_metrics.h"

#include <algorithm>

namespace asmforge {
namespace {

// Loads that another check is about (virtual calls, jump tables), or none at all.
constexpr InsnClasses kNotPlainLoads = InsnClass::kCall | InsnClass::kJump | InsnClass::kReturn |
                                       InsnClass::kPop | InsnClass::kPush | InsnClass::kString |
                                       InsnClass::kAtomic | InsnClass::kSystem;

bool could_be_hoisted(const Insn& insn, const LoopValues& values) {
  return insn.is(InsnClass::kLoad) && !insn.is(InsnClass::kStore) &&
         !insn.classes.has_any(kNotPlainLoads) && insn.memory.present &&
         insn.memory.segment == kNoRegister && !values.in_frame(insn.memory) &&
         !values.is_read_only(insn.memory);
}

template <class Visit>
void for_each_own_block(const FunctionView& view, std::optional<LoopIndex> loop, Visit visit) {
  if (!loop.has_value()) {
    for (BlockIndex b = 0; b < view.cfg.blocks.size(); ++b)
      if (view.cfg.blocks[b].reachable) visit(b);
    return;
  }
  for (const BlockIndex b : view.loops.loops[*loop].blocks)
    if (view.loops.loop_of_block[b] == *loop) visit(b);
}

std::int64_t vector_width(const Insn& insn) {
  if (!insn.is(InsnClass::kVector) || insn.is(InsnClass::kMove)) return 0;
  std::int64_t bits = 0;
  for (std::uint8_t i = 0; i < insn.operand_count; ++i)
    if (insn.operands[i].kind == OperandKind::kRegister)
      bits = std::max<std::int64_t>(bits, insn.operands[i].bits);
  return bits;
}

std::int64_t count_of(Metric metric, const Insn& insn) {
  switch (metric) {
    case Metric::kInstructions: return insn.is(InsnClass::kNop) ? 0 : 1;
    case Metric::kBytes: return insn.is(InsnClass::kNop) ? 0 : insn.size;
    case Metric::kLoads: return insn.is(InsnClass::kLoad) ? 1 : 0;
    case Metric::kStores: return insn.is(InsnClass::kStore) ? 1 : 0;
    case Metric::kCalls: return insn.is(InsnClass::kCall) ? 1 : 0;
    case Metric::kConditionalBranches: return insn.is(InsnClass::kConditional) ? 1 : 0;
    case Metric::kDivides: return is_integer_divide(insn) ? 1 : 0;
    case Metric::kVectorWidthBits: return vector_width(insn);
    case Metric::kPanicEdges:
    case Metric::kInvariantLoads:
    case Metric::kLoops: return 0;  // not counted by instruction
  }
  return 0;
}

std::int64_t count_loops(const FunctionView& view, std::optional<LoopIndex> loop) {
  const auto& loops = view.loops.loops;
  if (!loop.has_value()) return static_cast<std::int64_t>(loops.size());
  std::int64_t count = 0;
  for (LoopIndex l = 0; l < loops.size(); ++l)
    for (LoopIndex outer = l; outer != kNoIndex; outer = loops[outer].parent)
      if (outer == *loop) ++count;
  return count;
}

std::vector<PanicEdge> panic_edges_of(AuditedFunction& function, std::optional<LoopIndex> loop) {
  const FunctionView& view = function.view();
  std::vector<PanicEdge> edges;
  for_each_own_block(view, loop, [&](BlockIndex b) {
    const auto successors = view.cfg.successors(b);
    if (!view.function.insns[view.cfg.blocks[b].last].is(InsnClass::kConditional)) return;
    for (const Edge& edge : successors) {
      // The cheap tests first: almost all edges end here.
      if (!view.cfg.blocks[edge.to].cold || view.loops.loop_of_block[edge.to] != kNoIndex) continue;
      const PanicPaths::End end = function.panics().from(edge.to);
      if (end.kind == PanicKind::kNone) continue;
      edges.push_back({b, edge.to, edge.kind == EdgeKind::kBranch, end});
    }
  });
  return edges;
}

}  // namespace

bool is_integer_divide(const Insn& insn) {
  return insn.is(InsnClass::kDivide) && !insn.is(InsnClass::kFloat) && !insn.is(InsnClass::kVector);
}

std::vector<PanicEdge> panic_edges(AuditedFunction& function, LoopIndex loop) {
  return panic_edges_of(function, loop);
}

std::vector<std::uint32_t> invariant_loads(AuditedFunction& function, LoopIndex loop) {
  const FunctionView& view = function.view();
  std::vector<std::uint32_t> found;
  for_each_own_block(view, loop, [&](BlockIndex b) {
    for (std::uint32_t i = view.cfg.blocks[b].first; i <= view.cfg.blocks[b].last; ++i) {
      if (!view.function.insns[i].is(InsnClass::kLoad)) continue;
      const LoopValues& values = function.values(loop);
      if (!could_be_hoisted(view.function.insns[i], values)) continue;
      if (values.address_kind(i) == ValueKind::kInvariant) found.push_back(i);
    }
  });
  return found;
}

std::int64_t measure(Metric metric, AuditedFunction& function, std::optional<LoopIndex> loop) {
  const FunctionView& view = function.view();
  if (metric == Metric::kLoops) return count_loops(view, loop);
  if (metric == Metric::kPanicEdges)
    return static_cast<std::int64_t>(panic_edges_of(function, loop).size());
  if (metric == Metric::kInvariantLoads) {
    if (loop.has_value()) return static_cast<std::int64_t>(invariant_loads(function, *loop).size());
    std::int64_t sum = 0;
    for (LoopIndex l = 0; l < view.loops.loops.size(); ++l)
      sum += static_cast<std::int64_t>(invariant_loads(function, l).size());
    return sum;
  }
  std::int64_t value = 0;
  for_each_own_block(view, loop, [&](BlockIndex b) {
    for (std::uint32_t i = view.cfg.blocks[b].first; i <= view.cfg.blocks[b].last; ++i) {
      const std::int64_t count = count_of(metric, view.function.insns[i]);
      value = metric == Metric::kVectorWidthBits ? std::max(value, count) : value + count;
    }
  });
  return value;
}

}  // namespace asmforge

#include "plan/hot_functions.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "audit/audited_function.h"
#include "audit/loop_metrics.h"
#include "collect/source_lines.h"
#include "collect/stream.h"

namespace asmforge {
namespace {

std::vector<FunctionShare> hottest(std::vector<FunctionShare> found, std::size_t most) {
  std::ranges::sort(found, [](const FunctionShare& a, const FunctionShare& b) {
    return std::pair(-a.share, a.index) < std::pair(-b.share, b.index);
  });
  if (found.size() > most) found.resize(most);
  return found;
}

CountedInsn counted(const Function& function, std::size_t index, const ProfileModule& counts) {
  const Insn& insn = function.insns[index];
  CountedInsn one;
  one.address = insn.address;
  one.executions = count_at(counts, insn.address);
  if (insn.is(InsnClass::kConditional) && insn.is(InsnClass::kJump) && insn.target != kNoAddress &&
      insn.target > insn.address) {
    one.forward_branch = true;
    one.fell_through = count_at(counts, insn.end());
  }
  return one;
}

// Code that was inlined with a loop of its own, which hardly runs, is in nobody's way.
void mark_hot_loops(const FunctionView& view, HotFunction& hot) {
  for (const Loop& loop : view.loops.loops) {
    const std::uint32_t header = view.cfg.blocks[loop.header].first;
    if (hot.insns[header].executions < hot.peak / 100) continue;
    for (const BlockIndex b : loop.blocks)
      for (std::uint32_t i = view.cfg.blocks[b].first; i <= view.cfg.blocks[b].last; ++i)
        hot.insns[i].in_hot_loop = true;
  }
}

HotFunction look_at(const FunctionView& view, double part, const Profile& profile,
                    const ProfileModule& counts, std::map<std::uint64_t, std::uint64_t>& calls) {
  AuditedFunction function(view.binary, &profile);
  function.reset(view);
  HotFunction hot;
  hot.name = view.function.name;
  hot.share = part;
  hot.instructions = measure(Metric::kInstructions, function, std::nullopt);
  hot.calls = measure(Metric::kCalls, function, std::nullopt);
  for (std::size_t i = 0; i < view.function.insns.size(); ++i) {
    const Insn& insn = view.function.insns[i];
    hot.insns.push_back(counted(view.function, i, counts));
    hot.peak = std::max(hot.peak, hot.insns.back().executions);
    hot.floats |= insn.is(InsnClass::kFloat);
    if (insn.is(InsnClass::kCall) && insn.target != kNoAddress)
      calls[insn.target] += hot.insns.back().executions;
  }
  mark_hot_loops(view, hot);
  return hot;
}

}  // namespace

std::vector<FunctionShare> functions_by_share(const Binary& binary, const Profile& profile,
                                              const ProfileModule& counts, double least_share) {
  std::vector<FunctionShare> found;
  for (std::uint32_t i = 0; i < binary.functions.size(); ++i) {
    const FunctionEntry& entry = binary.functions[i];
    const double part =
        share(profile, count_in(counts, {entry.address, entry.address + entry.size}));
    if (part >= least_share) found.push_back({i, part});
  }
  return found;
}

Result<std::vector<HotFunction>> hot_functions(const Binary& binary, const Profile& profile,
                                               double least_share, std::size_t most) {
  std::vector<HotFunction> found;
  const ProfileModule* counts = profile.module_for(binary);
  if (counts == nullptr || profile.source != ProfileSource::kExactCounts || !binary.has_debug_info)
    return found;
  FunctionAnalyser analyser(binary);
  SourceLines lines(binary);
  for (const FunctionShare& candidate :
       hottest(functions_by_share(binary, profile, *counts, least_share), most)) {
    std::map<std::uint64_t, std::uint64_t> calls;  // executions by target
    HotFunction hot =
        look_at(analyser.analyse(candidate.index), candidate.share, profile, *counts, calls);
    for (const auto& [target, executions] : calls) {
      const FunctionEntry* callee = binary.function_at(target);
      if (callee == nullptr || callee->origin == FunctionOrigin::kPltStub || executions == 0)
        continue;
      const auto index = static_cast<std::uint32_t>(callee - binary.functions.data());
      if (index == candidate.index) continue;
      const FunctionView view = analyser.analyse(index);
      HotCall call{view.function.name, executions, {}, false};
      for (const Insn& insn : view.function.insns)
        if (insn.is(InsnClass::kCall)) call.calls_others = true;
      AF_TRY(std::vector<SourceLocation> source, lines.locate({{target}}));
      call.source = std::move(source.front());
      hot.callees.push_back(std::move(call));
    }
    std::ranges::sort(hot.callees, [](const HotCall& a, const HotCall& b) {
      return std::tie(b.executions, a.function) < std::tie(a.executions, b.function);
    });
    std::vector<std::uint64_t> addresses;
    addresses.reserve(hot.insns.size());
    for (const CountedInsn& insn : hot.insns) addresses.push_back(insn.address);
    AF_TRY(std::vector<SourceLocation> sources, lines.locate(addresses));
    for (std::size_t i = 0; i < hot.insns.size(); ++i) hot.insns[i].source = std::move(sources[i]);
    if (!hot.insns.empty()) hot.source = hot.insns.front().source;
    found.push_back(std::move(hot));
  }
  return std::move(found);
}

}  // namespace asmforge

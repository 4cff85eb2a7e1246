#include "plan/loop_limits.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "audit/audited_function.h"
#include "collect/stream.h"
#include "isa/x86_64.h"
#include "mc/demangle.h"

namespace asmforge {
namespace {

constexpr double kLeastTimeShare = 0.05;
// Below, a sampled time is too uncertain: a relative standard error of 7 %.
constexpr std::uint64_t kLeastSamples = 200;
// So much of the loop's time has to be the chain's, and cannot be more but for errors.
constexpr double kLeastPartOfTime = 0.75;
constexpr double kMostPartOfTime = 1.15;
// Cycles by which one instruction delays another at most when its data are in the first cache: a
// load and an operation, a square root or conversion of vectors, a jump that was mispredicted; not
// of kSlow. Three times as much, for a machine that others slow down.
constexpr double kCyclesOfInstruction = 6;
constexpr double kCyclesOfFloat = 20;
constexpr double kCyclesOfJump = 25;
constexpr double kMargin = 3;
constexpr InsnClasses kSlow = InsnClass::kCall | InsnClass::kDivide | InsnClass::kString |
                              InsnClass::kSystem | InsnClass::kAtomic | InsnClass::kFence;

struct LoopTime {
  double share = 0;
  double cycles = 0;  // of an iteration
};

std::uint64_t sum_over(const FunctionView& view, const Loop& loop, const ProfileModule& module) {
  std::uint64_t sum = 0;
  for (const BlockIndex b : loop.blocks)
    sum += count_in(module, {view.function.insns[view.cfg.blocks[b].first].address,
                             view.function.insns[view.cfg.blocks[b].last].end()});
  return sum;
}

std::optional<LoopTime> time_of(const FunctionView& view, const Loop& loop,
                                const LimitRequest& request, const ProfileModule& counts,
                                const ProfileModule& samples) {
  const std::uint64_t iterations =
      count_at(counts, view.function.insns[view.cfg.blocks[loop.header].first].address);
  const std::uint64_t seen = sum_over(view, loop, samples);
  LoopTime time;
  time.share = share(*request.samples, seen);
  if (iterations == 0 || seen < kLeastSamples || time.share < kLeastTimeShare) return std::nullopt;
  const double seconds = static_cast<double>(seen) / request.samples_per_second;
  time.cycles = seconds / request.seconds_per_cycle / static_cast<double>(iterations);
  return time;
}

// What the core could need for an iteration if everything went wrong but memory; none when
// there is something of which that is not known.
std::optional<double> most_cycles_without_memory(const FunctionView& view, const Loop& loop) {
  double cycles = 0;
  for (const BlockIndex b : loop.blocks) {
    for (std::uint32_t i = view.cfg.blocks[b].first; i <= view.cfg.blocks[b].last; ++i) {
      const Insn& insn = view.function.insns[i];
      // fsin and its like take hundreds.
      if (insn.classes.has_any(kSlow) || insn.reads.contains(x86_64::kX87Status) ||
          insn.writes.contains(x86_64::kX87Status))
        return std::nullopt;
      const bool floats = insn.classes.has_any(InsnClass::kFloat | InsnClass::kConvert);
      cycles += insn.is(InsnClass::kJump) ? kCyclesOfJump
                : floats                  ? kCyclesOfFloat
                                          : kCyclesOfInstruction;
    }
  }
  return cycles;
}

// A compiler may split what is one operation over and over; it is no limit.
bool only_an_algorithm_breaks(ChainKind kind) {
  return kind != ChainKind::kNone && kind != ChainKind::kReduction;
}

std::optional<LoopLimit> limit_of(AuditedFunction& function, LoopIndex index,
                                  const LoopTime& time) {
  const FunctionView& view = function.view();
  LoopLimit limit;
  limit.time_share = time.share;
  limit.cycles = time.cycles;
  limit.chain = longest_chain(view.function, view.cfg, view.loops, index, function.values(index));
  const double part = limit.chain.cycles_per_iteration() / time.cycles;
  if (only_an_algorithm_breaks(limit.chain.kind) && part >= kLeastPartOfTime &&
      part <= kMostPartOfTime) {
    limit.kind = LimitKind::kChain;
    return limit;
  }
  const std::optional<double> most = most_cycles_without_memory(view, view.loops.loops[index]);
  if (!most || time.cycles < kMargin * *most) return std::nullopt;
  limit.kind = LimitKind::kMemory;
  if (limit.chain.kind != ChainKind::kLoads) limit.chain = {};
  return limit;
}

}  // namespace

std::vector<LoopLimit> loop_limits(const Binary& binary, const LimitRequest& request) {
  std::vector<LoopLimit> found;
  const ProfileModule* counts = request.counts->module_for(binary);
  const ProfileModule* samples = request.samples->module_for(binary);
  if (counts == nullptr || samples == nullptr || request.samples_per_second <= 0 ||
      request.seconds_per_cycle <= 0 || request.counts->source != ProfileSource::kExactCounts)
    return found;
  FunctionAnalyser analyser(binary);
  AuditedFunction function(binary, request.counts);
  for (std::uint32_t i = 0; i < binary.functions.size(); ++i) {
    const FunctionEntry& entry = binary.functions[i];
    const AddressRange range{entry.address, entry.address + entry.size};
    if (share(*request.samples, count_in(*samples, range)) < kLeastTimeShare) continue;
    const FunctionView view = analyser.analyse(i);
    function.reset(view);
    for (LoopIndex l = 0; l < view.loops.loops.size(); ++l) {
      const Loop& loop = view.loops.loops[l];
      if (!loop.innermost) continue;
      const std::optional<LoopTime> time = time_of(view, loop, request, *counts, *samples);
      std::optional<LoopLimit> limit = time ? limit_of(function, l, *time) : std::nullopt;
      if (!limit) continue;
      limit->place = function.start_finding(l);
      limit->place.demangled = demangle(limit->place.function);
      found.push_back(std::move(*limit));
    }
  }
  std::ranges::sort(found, [](const LoopLimit& a, const LoopLimit& b) {
    return std::pair(-a.time_share, a.place.loop_header) <
           std::pair(-b.time_share, b.place.loop_header);
  });
  return found;
}

std::string words_of(const LoopLimit& limit) {
  if (limit.kind == LimitKind::kChain)
    return fmt::format(
        "bound by {}: an iteration takes {:.3g} cycles, and waits at least {:.3g} "
        "for the one before",
        to_string(limit.chain.kind), limit.cycles, limit.chain.cycles_per_iteration());
  return fmt::format("waits for memory: an iteration takes {:.0f} cycles{}", limit.cycles,
                     limit.chain.kind == ChainKind::kLoads
                         ? ", and the address of a load comes from the load before"
                         : "");
}

}  // namespace asmforge

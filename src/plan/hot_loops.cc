#include "plan/hot_loops.h"

#include <algorithm>
#include <utility>

#include "audit/audited_function.h"
#include "audit/library_code.h"
#include "audit/loop_metrics.h"
#include "collect/source_lines.h"
#include "collect/stream.h"
#include "mc/demangle.h"
#include "plan/hot_functions.h"

namespace asmforge {
namespace {

// Of the header, then of the ends of the latches.
std::vector<std::uint64_t> telling_addresses(const FunctionView& view, const Loop& loop) {
  const auto address = [&](std::uint32_t insn) { return view.function.insns[insn].address; };
  std::vector<std::uint64_t> addresses = {address(view.cfg.blocks[loop.header].first)};
  for (const BlockIndex latch : loop.latches)
    addresses.push_back(address(view.cfg.blocks[latch].last));
  return addresses;
}

struct Found {
  std::vector<HotLoop> loops;
  std::vector<std::vector<std::uint64_t>> addresses;  // of each, whose lines are wanted
};

double share_of_own_blocks(const FunctionView& view, LoopIndex loop, const Profile& profile,
                           const ProfileModule& counts) {
  std::uint64_t sum = 0;
  for (const BlockIndex b : view.loops.loops[loop].blocks) {
    const Block& block = view.cfg.blocks[b];
    if (view.loops.loop_of_block[b] == loop)
      sum += count_in(counts, {view.function.insns[block.first].address,
                               view.function.insns[block.last].end()});
  }
  return share(profile, sum);
}

std::int64_t floats_in(const FunctionView& view, LoopIndex loop) {
  std::int64_t count = 0;
  for (const BlockIndex b : view.loops.loops[loop].blocks) {
    if (view.loops.loop_of_block[b] != loop) continue;
    for (std::uint32_t i = view.cfg.blocks[b].first; i <= view.cfg.blocks[b].last; ++i)
      if (view.function.insns[i].is(InsnClass::kFloat)) ++count;
  }
  return count;
}

LoopContents contents_of(AuditedFunction& function, LoopIndex loop) {
  const auto count = [&](Metric metric) { return measure(metric, function, loop); };
  return {.instructions = count(Metric::kInstructions),
          .loads = count(Metric::kLoads),
          .stores = count(Metric::kStores),
          .calls = count(Metric::kCalls),
          .divides = count(Metric::kDivides),
          .floats = floats_in(function.view(), loop),
          .vector_width_bits = count(Metric::kVectorWidthBits)};
}

void add_loops(AuditedFunction& function, const Profile& profile, const ProfileModule& counts,
               double least_share, HotLoopKind kind, Found& found) {
  for (LoopIndex i = 0; i < function.view().loops.loops.size(); ++i) {
    if (kind == HotLoopKind::kInnermost && !function.worth_auditing(i)) continue;
    const double part = share_of_own_blocks(function.view(), i, profile, counts);
    if (part < least_share) continue;
    HotLoop loop;
    loop.place = function.start_finding(i);
    loop.place.demangled = demangle(loop.place.function);
    loop.share = part;
    loop.contents = contents_of(function, i);
    found.loops.push_back(std::move(loop));
    found.addresses.push_back(telling_addresses(function.view(), function.view().loops.loops[i]));
  }
}

Result<Done> join_lines(const Binary& binary, Found& found) {
  std::vector<std::uint64_t> all;
  for (const auto& addresses : found.addresses)
    all.insert(all.end(), addresses.begin(), addresses.end());
  SourceLines lines(binary);
  AF_TRY(std::vector<SourceLocation> sources, lines.locate(all));
  auto next = sources.begin();
  for (std::size_t i = 0; i < found.loops.size(); ++i) {
    HotLoop& loop = found.loops[i];
    for (std::size_t k = 0; k < found.addresses[i].size(); ++k)
      loop.sources.push_back(std::move(*next++));
    const auto first = std::ranges::find_if(loop.sources, &SourceLocation::known);
    if (first != loop.sources.end()) loop.place.source = *first;
    const SourceLocation& header = loop.sources.front();
    if (!header.known()) continue;
    loop.place.predicate.loop.source_file = header.frames.front().file;
    loop.place.predicate.loop.source_line = header.frames.front().line;
  }
  return Done{};
}

}  // namespace

Result<std::vector<HotLoop>> hot_loops(const Binary& binary, const Profile& profile,
                                       double least_share, HotLoopKind kind) {
  Found found;
  const ProfileModule* counts = profile.module_for(binary);
  if (counts == nullptr) return found.loops;
  FunctionAnalyser analyser(binary);
  AuditedFunction function(binary, &profile);
  for (const FunctionShare& one : functions_by_share(binary, profile, *counts, least_share)) {
    const FunctionView view = analyser.analyse(one.index);
    function.reset(view);
    add_loops(function, profile, *counts, least_share, kind, found);
  }
  if (!found.loops.empty() && binary.has_debug_info) {
    AF_TRY(const Done joined, join_lines(binary, found));
    static_cast<void>(joined);
  }
  for (HotLoop& loop : found.loops) loop.place.library_code = is_library_code(loop.place);
  std::ranges::sort(found.loops, [](const HotLoop& a, const HotLoop& b) {
    return std::pair(-a.share, a.place.loop_header) < std::pair(-b.share, b.place.loop_header);
  });
  return std::move(found.loops);
}

}  // namespace asmforge

#include "audit/audited_function.h"

#include <algorithm>
#include <utility>

#include "collect/operand_names.h"
#include "core/error.h"

namespace asmforge {
namespace {

// Until a machine's own hazards are measured, a weight would be a guess.
constexpr const char* kNoCalibration = "asmforge cannot calibrate yet: no cycles are estimated";

bool does_most_of_the_work(LoopRole role) {
  return role == LoopRole::kOnly || role == LoopRole::kMain || role == LoopRole::kUnknown;
}

// From the lowest to the highest address of the loop's blocks.
AddressRange loop_range(const FunctionView& view, const Loop& loop) {
  AddressRange range{kNoAddress, 0};
  for (const BlockIndex b : loop.blocks) {
    const Block& block = view.cfg.blocks[b];
    range.begin = std::min(range.begin, view.function.insns[block.first].address);
    range.end = std::max(range.end, view.function.insns[block.last].end());
  }
  return range;
}

}  // namespace

AuditedFunction::AuditedFunction(const Binary& binary, const Profile* profile)
    : profile_(profile), module_(profile == nullptr ? nullptr : profile->module_for(binary)) {}

void AuditedFunction::reset(const FunctionView& view) {
  view_ = &view;
  values_.reset();
  pointers_.reset();
  liveness_.reset();
  frame_.emplace(view.function);
  has_dominators_ = false;
  panics_.reset(view);
}

bool AuditedFunction::worth_auditing(LoopIndex index) const {
  const Loop& loop = view_->loops.loops[index];
  if (!loop.innermost) return false;
  return does_most_of_the_work(loop.role) || share(index).value_or(0.0) >= kHotShare;
}

std::optional<double> AuditedFunction::share(LoopIndex index) const {
  if (module_ == nullptr || profile_->total == 0) return std::nullopt;
  std::uint64_t sum = 0;
  for (const BlockIndex b : view_->loops.loops[index].blocks) {
    const Block& block = view_->cfg.blocks[b];
    sum += count_in(*module_, {view_->function.insns[block.first].address,
                               view_->function.insns[block.last].end()});
  }
  if (sum == 0 && !zero_means_never_ran(*profile_)) return std::nullopt;
  return static_cast<double>(sum) / static_cast<double>(profile_->total);
}

std::optional<std::uint64_t> AuditedFunction::executions(const Insn& insn) const {
  // Samples say what share of the time was spent, not how often.
  if (module_ == nullptr || profile_->source != ProfileSource::kExactCounts) return std::nullopt;
  const std::uint64_t count = count_at(*module_, insn.address);
  if (count == 0 && !zero_means_never_ran(*profile_)) return std::nullopt;
  return count;
}

bool AuditedFunction::runs_every_iteration(LoopIndex loop, BlockIndex block) {
  const std::vector<BlockIndex>& latches = view_->loops.loops[loop].latches;
  return std::all_of(latches.begin(), latches.end(),
                     [&](BlockIndex latch) { return dominators().dominates(block, latch); });
}

const LoopValues& AuditedFunction::values(LoopIndex loop) {
  AF_CHECK(frame_.has_value());
  if (!values_ || values_of_ != loop)
    values_.emplace(view_->function, view_->cfg, view_->loops, loop, *frame_, &view_->binary);
  values_of_ = loop;
  return *values_;
}

const Liveness& AuditedFunction::liveness() {
  if (!liveness_) liveness_.emplace(view_->function, view_->cfg, &view_->binary);
  return *liveness_;
}

PointerOrigins& AuditedFunction::pointers() {
  AF_CHECK(frame_.has_value());
  if (!pointers_) pointers_.emplace(view_->function, view_->cfg, *frame_);
  return *pointers_;
}

const DominatorTree& AuditedFunction::dominators() {
  if (!has_dominators_) dominators_.build(view_->cfg);
  has_dominators_ = true;
  return dominators_;
}

Finding AuditedFunction::start_finding(LoopIndex index) const {
  const Loop& loop = view_->loops.loops[index];
  Finding finding;
  finding.function = view_->function.name;
  finding.function_index = view_->function.entry_index;
  finding.loop = index;
  finding.role = loop.role;
  finding.loop_depth = loop.depth;
  finding.loop_header = view_->function.insns[view_->cfg.blocks[loop.header].first].address;
  finding.loop_range = loop_range(*view_, loop);
  finding.severity_reason = kNoCalibration;
  finding.share = share(index);
  finding.may_have_run = module_ != nullptr && profile_->total != 0 && !finding.share;
  finding.predicate.function = finding.function;
  finding.predicate.loop.whole_function = false;
  finding.predicate.loop.ordinal = index;
  finding.predicate.loop.depth = loop.depth;
  return finding;
}

void AuditedFunction::add_evidence(Finding& finding, std::uint32_t index, std::string note,
                                   std::size_t room) const {
  if (index == kNoIndex) return;
  if (std::find(finding.insns.begin(), finding.insns.end(), index) != finding.insns.end()) return;
  const Insn& shown = insn(index);
  if (const std::optional<std::uint64_t> times = executions(shown))
    finding.executions = std::max(finding.executions.value_or(0), *times);
  finding.insns.push_back(index);
  if (finding.evidence.size() >= room) {
    ++finding.left_out;
    return;
  }
  const std::string text =
      view_->decoder.text(shown, view_->binary.bytes_at(shown.address, shown.size), Syntax::kIntel);
  finding.evidence.push_back(
      {shown.address, with_names(view_->binary, shown, text, {}).text, std::move(note)});
}

}  // namespace asmforge

// One function as the checks see it: the graph, and what several checks ask of it,
// computed when first asked and shared between them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "audit/panic_paths.h"
#include "collect/stream.h"
#include "core/finding.h"
#include "core/profile.h"
#include "graph/dominators.h"
#include "graph/liveness.h"
#include "graph/loop_values.h"
#include "graph/pointer_origins.h"
#include "graph/stack_frame.h"

namespace asmforge {

class AuditedFunction {
 public:
  // `profile` may be nullptr. Both must outlive this.
  AuditedFunction(const Binary& binary, const Profile* profile);

  // Turns to another function. The view must outlive the next call of reset.
  void reset(const FunctionView& view);

  [[nodiscard]] const FunctionView& view() const { return *view_; }
  [[nodiscard]] const Insn& insn(std::uint32_t index) const { return view_->function.insns[index]; }

  // True for an innermost loop that may do most of its source loop's work. A
  // remainder, a peel, a scalar fallback or a cold loop counts only when the
  // profile says that it is hot.
  [[nodiscard]] bool worth_auditing(LoopIndex loop) const;
  // Share of the profile that ran in the loop; nullopt without a profile of this binary,
  // and when none was seen but the profile may have missed it.
  [[nodiscard]] std::optional<double> share(LoopIndex loop) const;
  // True when each whole iteration of the loop executes the block.
  [[nodiscard]] bool runs_every_iteration(LoopIndex loop, BlockIndex block);

  const LoopValues& values(LoopIndex loop);
  PointerOrigins& pointers();
  const Liveness& liveness();
  PanicPaths& panics() { return panics_; }
  const DominatorTree& dominators();

  // A finding with all that does not depend on the check.
  [[nodiscard]] Finding start_finding(LoopIndex loop) const;
  static constexpr std::size_t kMaxEvidence = 8;
  // Adds an instruction to the evidence, shown while fewer than `room` are.
  void add_evidence(Finding& finding, std::uint32_t insn, std::string note,
                    std::size_t room = kMaxEvidence) const;

 private:
  // How often it ran; nullopt when the profile does not say.
  [[nodiscard]] std::optional<std::uint64_t> executions(const Insn& insn) const;

  const Profile* profile_;
  const ProfileModule* module_;  // of this binary; nullptr when the profile has none
  const FunctionView* view_ = nullptr;
  std::optional<StackFrame> frame_;
  std::optional<LoopValues> values_;
  LoopIndex values_of_ = kNoIndex;
  std::optional<PointerOrigins> pointers_;
  std::optional<Liveness> liveness_;
  PanicPaths panics_;
  DominatorTree dominators_;
  bool has_dominators_ = false;
};

}  // namespace asmforge

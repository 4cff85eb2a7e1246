#include "graph/flow_view.h"

#include <algorithm>

namespace asmforge {

FlowView::FlowView(const Function& function, std::span<const std::uint8_t> falls_through,
                   std::vector<DirectBranch>& branches)
    : function_(function),
      isa_(facts_of(function.isa)),
      branches_(branches),
      target_(function.insns.size(), 0),
      falls_into_(function.insns.size(), 0),
      visited_(function.insns.size(), 0),
      steps_left_(1'000'000 + 256 * std::uint64_t{function.insns.size()}) {
  std::sort(branches_.begin(), branches_.end());
  for (const DirectBranch& branch : branches_) target_[branch.target] = 1;
  for (std::size_t i = 1; i < function.insns.size(); ++i) {
    const Insn& before = function.insns[i - 1];
    const bool padding =
        before.is(InsnClass::kNop) && falls_into_[i - 1] == 0 && i != 1 && target_[i - 1] == 0;
    falls_into_[i] =
        falls_through[i - 1] != 0 && before.end() == function.insns[i].address && !padding;
  }
}

std::span<const DirectBranch> FlowView::branches_to(std::uint32_t i) const {
  const auto first = std::lower_bound(branches_.begin(), branches_.end(), DirectBranch{i, 0});
  auto last = first;
  while (last != branches_.end() && last->target == i) ++last;
  return {first, last};
}

void FlowView::settle() {
  for (const DirectBranch& branch : added_) target_[branch.target] = 1;
  if (added_.empty()) return;
  branches_.insert(branches_.end(), added_.begin(), added_.end());
  std::sort(branches_.begin(), branches_.end());
  added_.clear();
}

}  // namespace asmforge

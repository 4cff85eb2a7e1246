#include "graph/flow_view.h"

#include <algorithm>

namespace asmforge {

FlowView::FlowView(const Function& function, std::span<const std::uint8_t> falls_through,
                   std::vector<DirectBranch>& branches)
    : function_(function),
      falls_through_(falls_through),
      branches_(branches),
      target_(function.insns.size(), 0),
      visited_(function.insns.size(), 0),
      steps_left_(1'000'000 + 256 * std::uint64_t{function.insns.size()}) {
  std::sort(branches_.begin(), branches_.end());
  for (const DirectBranch& branch : branches_) target_[branch.target] = 1;
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

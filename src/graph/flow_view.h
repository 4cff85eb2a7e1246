// Control flow between single instructions, before there are blocks: what the
// search backwards from an indirect jump walks on.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/function.h"
#include "isa/isa.h"

namespace asmforge {

// A jump inside the function, instruction to instruction.
struct DirectBranch {
  std::uint32_t target = 0;
  std::uint32_t source = 0;
  friend auto operator<=>(const DirectBranch&, const DirectBranch&) = default;
};

class FlowView {
 public:
  // Sorts `branches` and keeps a reference to it.
  FlowView(const Function& function, std::span<const std::uint8_t> falls_through,
           std::vector<DirectBranch>& branches);

  [[nodiscard]] const IsaFacts& isa() const { return isa_; }
  [[nodiscard]] const Insn& insn(std::uint32_t i) const { return function_.insns[i]; }
  [[nodiscard]] std::uint32_t size() const {
    return static_cast<std::uint32_t>(function_.insns.size());
  }
  // i - 1 may go on to i. Alignment nops behind the end of a block do not.
  [[nodiscard]] bool falls_into(std::uint32_t i) const { return falls_into_[i] != 0; }
  [[nodiscard]] bool is_target(std::uint32_t i) const { return target_[i] != 0; }
  // Jumps to i.
  [[nodiscard]] std::span<const DirectBranch> branches_to(std::uint32_t i) const;

  // Seen by others after the next settle().
  void add_branch(std::uint32_t target, std::uint32_t source) {
    added_.push_back({target, source});
  }
  void settle();

  // Hostile code can make every jump search the whole function: all searches
  // together may take so many steps, what is not found by then stays unresolved.
  bool step() { return steps_left_ != 0 && (--steps_left_, true); }
  [[nodiscard]] bool exhausted() const { return steps_left_ == 0; }

  // A mark per instruction for one search at a time.
  void start_search() { ++search_; }
  bool visit(std::uint32_t i) {
    if (visited_[i] == search_) return false;
    visited_[i] = search_;
    return true;
  }

 private:
  const Function& function_;
  const IsaFacts& isa_;
  std::vector<DirectBranch>& branches_;
  std::vector<DirectBranch> added_;
  std::vector<std::uint8_t> target_;
  std::vector<std::uint8_t> falls_into_;
  std::vector<std::uint32_t> visited_;
  std::uint32_t search_ = 0;
  std::uint64_t steps_left_;
};

}  // namespace asmforge

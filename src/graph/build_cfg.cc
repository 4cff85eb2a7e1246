// Three passes: the control instructions and where the direct ones go; the
// indirect ones (jump_tables.h); then blocks and edges in compressed rows.
// Everything is an array over instructions or blocks; a function costs no
// allocation once the buffers have grown.

#include "graph/build_cfg.h"

#include <algorithm>

#include "core/error.h"
#include "graph/code_map.h"
#include "graph/indirect_tail_calls.h"
#include "graph/jump_tables.h"
#include "isa/x86_64_prefixes.h"

namespace asmforge {
namespace {

enum InsnFlag : std::uint8_t {
  kLeader = 1,       // starts a block
  kTarget = 2,       // something jumps or unwinds here
  kNoReturnEnd = 4,  // a call or tail call that never comes back
  kPart = 8,         // first instruction of a part
};

struct UnwindEdge {
  BlockIndex from = 0;
  BlockIndex to = 0;
  friend auto operator<=>(const UnwindEdge&, const UnwindEdge&) = default;
};

// Where a direct jump goes.
struct Destination {
  std::uint32_t insn = kNoIndex;  // in the function
  bool other_code = false;        // else: to some executable section
};

class Builder {
 public:
  void run(const Function& function, const Binary& binary, CalleeFacts& callees, Cfg& out);

 private:
  void find_control();
  void note_call(std::uint32_t i);
  void note_jump(std::uint32_t i);
  void note_landing_pads();
  void close_open_calls();
  void separate_padding();
  void make_blocks();
  void make_unwind_edges();
  void make_edges();
  void add_block_edges(BlockIndex b, std::size_t& jump, std::size_t& unwind);
  void make_predecessors();
  void mark_reachable();
  void mark_padding();
  void mark_cold();

  [[nodiscard]] bool has_normal_edge(BlockIndex from, BlockIndex to) const;
  [[nodiscard]] Destination destination(std::uint64_t target) const;
  [[nodiscard]] bool followed(std::uint32_t i) const;  // insn i + 1 starts where i ends
  void make_target(std::uint32_t i) { flags_[i] |= kLeader | kTarget; }
  void end_after(std::uint32_t i) {
    falls_through_[i] = 0;
    if (i + 1 < flags_.size()) flags_[i + 1] |= kLeader;
  }

  const Function* function_ = nullptr;
  const Binary* binary_ = nullptr;
  CalleeFacts* callees_ = nullptr;
  Cfg* out_ = nullptr;
  CodeMap code_;
  std::vector<std::uint8_t> flags_;
  std::vector<std::uint8_t> falls_through_;
  std::vector<DirectBranch> branches_;
  JumpTables tables_;
  std::vector<LandingPad> pads_;
  std::vector<UnwindEdge> unwind_;
  std::vector<BlockIndex> work_;
  std::vector<std::uint32_t> open_ways_;  // per block: ways out not known to be cold
};

bool Builder::followed(std::uint32_t i) const {
  const std::vector<Insn>& insns = function_->insns;
  return i + 1 < insns.size() && insns[i + 1].address == insns[i].end();
}

Destination Builder::destination(std::uint64_t target) const {
  if (const std::uint32_t i = code_.insn_at(target); i != kNoIndex) return {i, false};
  if (const std::uint32_t i = code_.insn_before(target, 14); i != kNoIndex) {
    const Insn& insn = function_->insns[i];
    if (target < insn.end()) {
      if (function_->isa != Isa::kX86_64) return {};
      // glibc jumps over a lock prefix in programs of one thread.
      const std::uint64_t skipped = target - insn.address;
      const std::span<const std::uint8_t> bytes = binary_->bytes_at(insn.address, skipped);
      const bool only_prefixes =
          bytes.size() == skipped && std::all_of(bytes.begin(), bytes.end(), x86_64_is_prefix);
      return {only_prefixes ? i : kNoIndex, false};
    }
  }
  if (code_.contains(target)) return {};
  const Section* section = binary_->section_at(target);
  if (section != nullptr) return {kNoIndex, section->executable};
  return {kNoIndex, binary_->import_at(target) != nullptr};
}

void Builder::run(const Function& function, const Binary& binary, CalleeFacts& callees, Cfg& out) {
  function_ = &function;
  binary_ = &binary;
  callees_ = &callees;
  out_ = &out;
  out.clear();
  branches_.clear();
  tables_.clear();
  pads_.clear();
  unwind_.clear();
  if (function.insns.empty()) {
    out.first_edge.assign(1, 0);
    out.first_predecessor.assign(1, 0);
    return;
  }
  code_.build(function);
  find_control();
  note_landing_pads();
  close_open_calls();
  if (!tables_.jumps.empty()) {
    resolve_indirect_jumps(function, binary, code_, falls_through_, branches_, tables_);
    for (const std::uint32_t target : tables_.targets) make_target(target);
  }
  separate_padding();
  make_blocks();
  make_unwind_edges();
  make_edges();
  make_predecessors();
  mark_reachable();
  mark_padding();
  if (out.unresolved_jumps != 0) find_indirect_tail_calls(function, out);
  mark_cold();
}

void Builder::find_control() {
  const std::vector<Insn>& insns = function_->insns;
  flags_.assign(insns.size(), 0);
  falls_through_.assign(insns.size(), 1);
  for (const std::uint32_t first : code_.part_starts()) flags_[first] |= kLeader | kPart;
  constexpr InsnClasses kControl =
      InsnClass::kJump | InsnClass::kCall | InsnClass::kReturn | InsnClass::kTrap;
  std::uint64_t expected = insns.front().address;
  for (std::uint32_t i = 0; i < insns.size(); ++i) {
    const Insn& insn = insns[i];
    if (insn.address != expected) {  // bytes that are no instruction, or another part
      flags_[i] |= kLeader;
      if (code_.insn_at(expected) == kNoIndex) falls_through_[i - 1] = 0;
    }
    expected = insn.end();
    if (!insn.classes.has_any(kControl)) continue;
    if (insn.is(InsnClass::kJump)) {
      note_jump(i);
    } else if (insn.is(InsnClass::kCall)) {
      note_call(i);
    } else {
      // A run of int3 or hlt is one block, not one for each.
      const bool in_run = insn.is(InsnClass::kTrap) && insn.size == 1 && i != 0 &&
                          insns[i - 1].is(InsnClass::kTrap) && insns[i - 1].size == 1 &&
                          insns[i - 1].end() == insn.address &&
                          (flags_[i] & (kTarget | kPart)) == 0;
      if (in_run) flags_[i] &= static_cast<std::uint8_t>(~kLeader);
      end_after(i);
    }
  }
  if (code_.insn_at(expected) == kNoIndex) falls_through_.back() = 0;
}

void Builder::note_call(std::uint32_t i) {
  if (!callees_->never_returns(function_->insns[i])) return;
  flags_[i] |= kNoReturnEnd;
  end_after(i);
}

void Builder::note_jump(std::uint32_t i) {
  const Insn& insn = function_->insns[i];
  const bool conditional = insn.is(InsnClass::kConditional);
  end_after(i);
  falls_through_[i] = conditional ? 1 : 0;
  if (insn.target == kNoAddress) {
    tables_.jumps.push_back({.insn = i});
    return;
  }
  const Destination to = destination(insn.target);
  if (to.insn != kNoIndex) {
    branches_.push_back({to.insn, i});
    make_target(to.insn);
  } else if (to.other_code) {
    if (!conditional && callees_->never_returns(insn)) flags_[i] |= kNoReturnEnd;
  } else {
    ++out_->targets_outside_code;
  }
}

void Builder::note_landing_pads() {
  if (binary_->read_landing_pads == nullptr) return;
  for (const AddressRange& part : function_->parts) {
    for (const LandingPad& pad : binary_->landing_pads(part.begin)) {
      const std::uint32_t i = code_.insn_at(pad.address);
      if (i == kNoIndex) continue;
      make_target(i);
      pads_.push_back(pad);
    }
  }
  // Real tables are sorted and their ranges disjoint. Making it so keeps the work
  // linear when they are not.
  std::sort(pads_.begin(), pads_.end(),
            [](const LandingPad& a, const LandingPad& b) { return a.calls.begin < b.calls.begin; });
  std::uint64_t covered = 0;
  for (LandingPad& pad : pads_) {
    pad.calls.begin = std::max(pad.calls.begin, covered);
    pad.calls.end = std::max(pad.calls.end, pad.calls.begin);
    covered = pad.calls.end;
  }
}

// A call with nothing after it in its part never comes back: no compiler lets
// one function run on into the next. Its callee may have no name to tell it by.
void Builder::close_open_calls() {
  const std::vector<Insn>& insns = function_->insns;
  const std::vector<std::uint32_t>& starts = code_.part_starts();
  for (std::size_t p = 0; p < starts.size(); ++p) {
    const std::uint32_t end =
        p + 1 < starts.size() ? starts[p + 1] : static_cast<std::uint32_t>(insns.size());
    std::uint32_t last = end - 1;
    const auto is_filler = [&](std::uint32_t i) {
      return i > starts[p] && (flags_[i] & kTarget) == 0 &&
             (insns[i].is(InsnClass::kNop) ||
              (insns[i].is(InsnClass::kTrap) && insns[i].size == 1));
    };
    while (is_filler(last)) --last;
    if (!insns[last].is(InsnClass::kCall)) continue;
    // The next part may go on exactly where this one ends.
    if (last == end - 1 && code_.insn_at(insns[last].end()) != kNoIndex) continue;
    flags_[last] |= kNoReturnEnd;
    end_after(last);
  }
}

// Alignment nops after the end of a block are their own block, so that code that
// nothing reaches does not begin with padding.
void Builder::separate_padding() {
  const std::vector<Insn>& insns = function_->insns;
  const auto count = static_cast<std::uint32_t>(insns.size());
  for (std::uint32_t i = 1; i < count; ++i) {
    if (falls_through_[i - 1] != 0 || (flags_[i] & kTarget) != 0) continue;
    if (!insns[i].is(InsnClass::kNop)) continue;
    while (i + 1 < count && insns[i].is(InsnClass::kNop) && (flags_[i + 1] & kLeader) == 0) ++i;
    if (!insns[i].is(InsnClass::kNop)) flags_[i] |= kLeader;
  }
}

void Builder::make_blocks() {
  const auto count = static_cast<std::uint32_t>(function_->insns.size());
  out_->block_of_insn.resize(count);
  flags_[0] |= kLeader;
  for (std::uint32_t i = 0; i < count; ++i) {
    if ((flags_[i] & kLeader) != 0) {
      Block& block = out_->blocks.emplace_back();
      block.first = i;
    }
    out_->blocks.back().last = i;
    out_->block_of_insn[i] = static_cast<BlockIndex>(out_->blocks.size() - 1);
  }
}

void Builder::make_unwind_edges() {
  const std::vector<Insn>& insns = function_->insns;
  const std::vector<std::uint32_t>& starts = code_.part_starts();
  for (const LandingPad& pad : pads_) {
    const BlockIndex to = out_->block_of_insn[code_.insn_at(pad.address)];
    out_->blocks[to].landing_pad = true;
    for (std::size_t p = 0; p < starts.size(); ++p) {
      const auto first = insns.begin() + starts[p];
      const auto last = p + 1 < starts.size() ? insns.begin() + starts[p + 1] : insns.end();
      const auto below = [](const Insn& insn, std::uint64_t a) { return insn.address < a; };
      const auto begin = std::lower_bound(first, last, pad.calls.begin, below);
      const auto end = std::lower_bound(begin, last, pad.calls.end, below);
      const auto add = [&](auto insn) {
        unwind_.push_back(
            {out_->block_of_insn[static_cast<std::size_t>(insn - insns.begin())], to});
      };
      bool any_call = false;
      for (auto insn = begin; insn != end; ++insn) {
        if (!insn->is(InsnClass::kCall)) continue;
        any_call = true;
        add(insn);
      }
      if (!any_call && begin != end) add(begin);  // -fnon-call-exceptions: a load may throw
    }
  }
  std::sort(unwind_.begin(), unwind_.end());
  unwind_.erase(std::unique(unwind_.begin(), unwind_.end()), unwind_.end());
}

void Builder::make_edges() {
  out_->first_edge.reserve(out_->blocks.size() + 1);
  std::size_t jump = 0;
  std::size_t unwind = 0;
  for (BlockIndex b = 0; b < out_->blocks.size(); ++b) {
    out_->first_edge.push_back(static_cast<std::uint32_t>(out_->edges.size()));
    add_block_edges(b, jump, unwind);
  }
  out_->first_edge.push_back(static_cast<std::uint32_t>(out_->edges.size()));
}

// `jump` and `unwind` are positions in the sorted lists of indirect jumps and
// unwind edges; blocks come in the same order.
void Builder::add_block_edges(BlockIndex b, std::size_t& jump, std::size_t& unwind) {
  Block& block = out_->blocks[b];
  const std::uint32_t last = block.last;
  const Insn& insn = function_->insns[last];
  std::vector<Edge>& edges = out_->edges;
  const auto to_insn = [&](std::uint32_t i, EdgeKind kind) {
    edges.push_back({b, out_->block_of_insn[i], kind});
  };

  const bool goes_on = (flags_[last] & kNoReturnEnd) == 0 &&
                       (!insn.ends_block() || insn.is(InsnClass::kConditional));
  if (goes_on) {
    // Normally the next in order; else a part that goes on where this one ends.
    const std::uint32_t next = followed(last) ? last + 1 : code_.insn_at(insn.end());
    if (next != kNoIndex)
      to_insn(next, EdgeKind::kFallThrough);
    else
      block.exit = BlockExit::kFallsOff;
  }
  if ((flags_[last] & kNoReturnEnd) != 0 || insn.is(InsnClass::kTrap)) {
    block.exit = BlockExit::kNoReturn;
  } else if (insn.is(InsnClass::kReturn)) {
    block.exit = BlockExit::kReturn;
  } else if (insn.is(InsnClass::kJump) && insn.target != kNoAddress) {
    const Destination to = destination(insn.target);
    if (to.insn != kNoIndex)
      to_insn(to.insn, EdgeKind::kBranch);
    else
      block.exit = to.other_code ? BlockExit::kTailCall : BlockExit::kUnresolved;
  } else if (insn.is(InsnClass::kJump)) {
    AF_CHECK(jump < tables_.jumps.size() && tables_.jumps[jump].insn == last);
    const IndirectJump& indirect = tables_.jumps[jump++];
    if (indirect.target_count != 0 && indirect.table) {
      ++out_->jump_tables;
      out_->jump_tables_by_content += indirect.bounded ? 0 : 1;
    }
    if (!indirect.resolved) {
      block.exit = BlockExit::kUnresolved;
      ++out_->unresolved_jumps;
    } else if (indirect.leaves) {
      const bool dies = indirect.target_count == 0 && callees_->never_returns(insn);
      block.exit = dies ? BlockExit::kNoReturn : BlockExit::kTailCall;
    }
    BlockIndex previous = kNoIndex;
    for (std::uint32_t t = 0; t < indirect.target_count; ++t) {
      const BlockIndex to = out_->block_of_insn[tables_.targets[indirect.first_target + t]];
      if (to != previous) edges.push_back({b, to, EdgeKind::kTable});
      previous = to;
    }
  }
  for (; unwind < unwind_.size() && unwind_[unwind].from == b; ++unwind)
    edges.push_back({b, unwind_[unwind].to, EdgeKind::kUnwind});
}

void Builder::make_predecessors() {
  const std::size_t blocks = out_->blocks.size();
  std::vector<std::uint32_t>& first = out_->first_predecessor;
  first.assign(blocks + 1, 0);
  for (const Edge& edge : out_->edges) ++first[edge.to];
  std::uint32_t sum = 0;
  for (std::uint32_t& f : first) {
    sum += f;
    f = sum;  // the end of each row; filling backwards turns it into the begin
  }
  out_->predecessor_blocks.resize(out_->edges.size());
  for (std::size_t e = out_->edges.size(); e-- > 0;)
    out_->predecessor_blocks[--first[out_->edges[e].to]] = out_->edges[e].from;
}

void Builder::mark_reachable() {
  work_.assign(1, 0);
  out_->blocks[0].reachable = true;
  while (!work_.empty()) {
    const BlockIndex b = work_.back();
    work_.pop_back();
    for (const Edge& edge : out_->successors(b)) {
      if (out_->blocks[edge.to].reachable) continue;
      out_->blocks[edge.to].reachable = true;
      work_.push_back(edge.to);
    }
  }
}

// Only nops, int3 or zeros (00 00 decodes as add byte ptr [rax], al, four of them as udf #0).
void Builder::mark_padding() {
  const std::vector<Insn>& insns = function_->insns;
  const auto is_filler = [&](const Insn& insn) {
    if (insn.is(InsnClass::kNop)) return true;
    if (insn.is(InsnClass::kTrap) && insn.size == 1) return true;
    const bool may_be_zeros =
        insn.is(InsnClass::kTrap) ? insn.size == 4 : insn.is(InsnClass::kStore) && insn.size == 2;
    if (!may_be_zeros) return false;
    const std::span<const std::uint8_t> bytes = binary_->bytes_at(insn.address, insn.size);
    return bytes.size() == insn.size &&
           std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
  };
  for (Block& block : out_->blocks) {
    if (block.reachable) continue;
    block.padding =
        std::all_of(insns.begin() + block.first, insns.begin() + block.last + 1, is_filler);
  }
}

bool Builder::has_normal_edge(BlockIndex from, BlockIndex to) const {
  const std::span<const Edge> ways = out_->successors(from);
  return std::any_of(ways.begin(), ways.end(), [&](const Edge& way) {
    return way.to == to && way.kind != EdgeKind::kUnwind;
  });
}

// Cold: a part placed elsewhere, or every way out ends without return. A loop
// that never ends is not cold, so this grows from the ends.
void Builder::mark_cold() {
  const std::size_t blocks = out_->blocks.size();
  const std::vector<std::uint32_t>& starts = code_.part_starts();
  work_.clear();
  bool any = false;
  for (const Block& block : out_->blocks) any |= block.exit == BlockExit::kNoReturn;
  if (any) {
    open_ways_.assign(blocks, 0);
    for (const Edge& edge : out_->edges)
      if (edge.kind != EdgeKind::kUnwind) ++open_ways_[edge.from];
    for (BlockIndex b = 0; b < blocks; ++b)
      if (out_->blocks[b].exit == BlockExit::kNoReturn && open_ways_[b] == 0) {
        out_->blocks[b].cold = true;
        work_.push_back(b);
      }
    while (!work_.empty()) {
      const BlockIndex b = work_.back();
      work_.pop_back();
      for (const BlockIndex from : out_->predecessors(b)) {
        Block& block = out_->blocks[from];
        // Only landing pads have unwinding among their predecessors.
        if (out_->blocks[b].landing_pad && !has_normal_edge(from, b)) continue;
        if (--open_ways_[from] != 0 || block.exit != BlockExit::kNone) continue;
        block.cold = true;
        work_.push_back(from);
      }
    }
  }
  if (starts.size() < 2) return;
  for (BlockIndex b = out_->block_of_insn[starts[1]]; b < blocks; ++b) out_->blocks[b].cold = true;
}

}  // namespace

void build_cfg(const Function& function, const Binary& binary, CalleeFacts& callees, Cfg& out) {
  thread_local Builder builder;
  builder.run(function, binary, callees, out);
}

}  // namespace asmforge

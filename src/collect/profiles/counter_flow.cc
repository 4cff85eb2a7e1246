#include "collect/profiles/counter_flow.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

namespace asmforge {
namespace {

constexpr std::uint64_t kNowhere = std::numeric_limits<std::uint64_t>::max();

struct Amount {
  std::uint64_t count = 0;
  bool known = false;
  bool if_calls_return = false;
};

struct FlowEdge {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint64_t last = 0;  // the instruction that it leaves from
  bool merged = false;     // two ways from one block to another, of which only the sum is known
  Amount amount;
  // It leaves from a call, and its counter stands before that: it has counted calls, not
  // how often they came back.
  Amount calls;
};

struct Node {
  std::uint64_t begin = kNowhere;
  std::uint64_t end = kNowhere;
  std::vector<std::uint32_t> in;  // indices of edges
  std::vector<std::uint32_t> out;
  bool root = false;  // entered from elsewhere too
  bool has_call = false;
  bool of_tail_call = false;  // stands for a conditional tail call, has no code of its own
  Amount amount;              // how often it was entered

  [[nodiscard]] bool placed() const { return begin != kNowhere && end != kNowhere; }
};

class Flow {
 public:
  Flow(const CountedFunction& counted, const Function& code,
       std::span<const std::uint64_t> landing_pads, std::span<const std::uint64_t> counters)
      : counted_(counted), code_(code), landing_pads_(landing_pads), counters_(counters) {}

  // False when the tables cannot be of this code.
  bool solve() {
    make_nodes();
    if (!place_nodes()) return false;
    make_edges();
    find_calls();
    set_counted_nodes();
    spread(false);
    if (contradicts_itself_) return false;
    const std::vector<Node> nodes = nodes_;
    const std::vector<FlowEdge> edges = edges_;
    assume_that_calls_return();
    spread(true);
    if (contradicts_itself_) {  // some call certainly did not come back once
      nodes_ = nodes;
      edges_ = edges;
    }
    return true;
  }

  InstructionCounts counts() {
    InstructionCounts result;
    for (const Node& node : nodes_)
      if (!node.of_tail_call && node.placed()) count_node(node, result);
    std::uint64_t all = 0;
    for (const Insn& insn : code_.insns) all += insn.size;
    result.bytes_unknown = all - std::min(all, result.bytes);
    std::sort(result.entries.begin(), result.entries.end(),
              [](const ProfileEntry& a, const ProfileEntry& b) { return a.address < b.address; });
    return result;
  }

 private:
  [[nodiscard]] std::uint64_t address(std::uint32_t offset) const { return code_.address + offset; }
  [[nodiscard]] const Insn* insn_at(std::uint64_t at) const {
    const std::uint32_t index = code_.insn_at(at);
    return index == kNoIndex ? nullptr : &code_.insns[index];
  }
  [[nodiscard]] Amount counter(std::uint32_t number) const {
    if (number >= counters_.size()) return {};
    return {counters_[number], true, false};
  }

  void make_nodes() {
    std::uint32_t most = 0;
    for (const CountedBlock& block : counted_.blocks) most = std::max(most, block.node);
    for (const CountedEdge& edge : counted_.edges)
      most = std::max({most, edge.from_node, edge.to_node});
    for (const CountedCall& call : counted_.calls) most = std::max(most, call.from_node);
    for (const CountedEntry& entry : counted_.entries) most = std::max(most, entry.node);
    nodes_.resize(std::size_t{most} + 1);
    nodes_[0].begin = code_.address;
    for (const CountedEntry& entry : counted_.entries) nodes_[entry.node].root = true;
  }

  // ---- where the nodes lie ----

  bool place_nodes() {
    for (const CountedEdge& edge : counted_.edges) {
      const Insn* last = insn_at(address(edge.from_offset));
      if (last == nullptr || insn_at(address(edge.to_offset)) == nullptr) return false;
      Node& from = nodes_[edge.from_node];
      from.end = from.end == kNowhere ? last->end() : std::max(from.end, last->end());
      nodes_[edge.to_node].begin = address(edge.to_offset);
    }
    for (const CountedCall& call : counted_.calls) {
      const Insn* insn = insn_at(address(call.from_offset));
      if (insn == nullptr) return false;
      if (!insn->classes.has_all(InsnClass::kJump | InsnClass::kConditional)) continue;
      nodes_[call.from_node].of_tail_call = true;
      tail_calls_.emplace_back(insn->address, call.from_node);
    }
    std::vector<Node*> in_order;
    for (Node& node : nodes_)
      if (!node.of_tail_call) in_order.push_back(&node);
    for (std::size_t i = 0; i + 1 < in_order.size(); ++i) {
      Node& node = *in_order[i];
      Node& next = *in_order[i + 1];
      if (node.end == kNowhere) node.end = next.begin != kNowhere ? next.begin : end_of(node);
      if (next.begin == kNowhere) next.begin = node.end;
    }
    if (Node& last = *in_order.back(); last.end == kNowhere) {
      last.end = end_of(last);
      if (last.end == kNowhere) last.end = code_.insns.back().end();  // ends in a call
    }
    for (std::size_t i = 0; i + 1 < in_order.size(); ++i)
      if (in_order[i]->placed() && in_order[i + 1]->placed() &&
          in_order[i]->end > in_order[i + 1]->begin)
        return false;
    return true;
  }

  // Of a node from which no edge goes and whose successor nobody names.
  [[nodiscard]] std::uint64_t end_of(const Node& node) const {
    if (node.begin == kNowhere) return kNowhere;
    for (std::uint32_t i = code_.insn_at(node.begin); i < code_.insns.size(); ++i) {
      const Insn& insn = code_.insns[i];
      const bool goes_on = !insn.ends_block() || insn.is(InsnClass::kConditional);
      if (!goes_on || is_landing_pad(insn.end()) || is_tail_call(insn.address)) return insn.end();
    }
    return kNowhere;
  }
  [[nodiscard]] bool is_landing_pad(std::uint64_t at) const {
    return std::find(landing_pads_.begin(), landing_pads_.end(), at) != landing_pads_.end();
  }
  [[nodiscard]] bool is_tail_call(std::uint64_t at) const {
    return std::any_of(tail_calls_.begin(), tail_calls_.end(),
                       [&](const auto& call) { return call.first == at; });
  }

  // ---- edges ----

  void make_edges() {
    for (const CountedEdge& edge : counted_.edges)
      add_edge(edge.from_node, edge.to_node, address(edge.from_offset),
               edge.counter ? counter(*edge.counter) : Amount{});
    for (const auto& [jump, tail] : tail_calls_) add_tail_call(jump, tail);
    for (Node& node : nodes_)
      node.root = node.root || node.in.empty() || is_landing_pad(node.begin);
  }

  void add_edge(std::uint32_t from, std::uint32_t to, std::uint64_t last, Amount amount) {
    const auto [found, added] =
        edge_of_.try_emplace({from, to}, static_cast<std::uint32_t>(edges_.size()));
    Amount calls;
    if (const Insn* insn = insn_at(last); insn != nullptr && insn->is(InsnClass::kCall))
      std::swap(calls, amount);
    if (added) {
      edges_.push_back({from, to, last, false, amount, calls});
      nodes_[from].out.push_back(found->second);
      nodes_[to].in.push_back(found->second);
      return;
    }
    FlowEdge& edge = edges_[found->second];
    edge.merged = true;
    edge.last = std::max(edge.last, last);
    edge.amount.known = edge.amount.known && amount.known;
    edge.amount.count += amount.count;
  }

  // The tables have a node for it, but no edge to that, nor to what comes next.
  void add_tail_call(std::uint64_t jump, std::uint32_t tail) {
    for (std::uint32_t n = 0; n < nodes_.size(); ++n) {
      const Node& node = nodes_[n];
      if (node.of_tail_call || !node.placed() || jump < node.begin || jump >= node.end) continue;
      const bool falls_through = node.out.empty();
      add_edge(n, tail, jump, {});
      if (!falls_through) return;
      for (std::uint32_t next = 0; next < nodes_.size(); ++next)
        if (!nodes_[next].of_tail_call && nodes_[next].begin == node.end)
          add_edge(n, next, jump, {});
      return;
    }
  }

  void find_calls() {
    for (Node& node : nodes_) {
      if (!node.placed()) {
        node.has_call = true;  // for all that is known
        continue;
      }
      for_each_insn(node, [&](const Insn& insn) {
        node.has_call = node.has_call || insn.is(InsnClass::kCall);
      });
    }
  }

  template <class Visit>
  void for_each_insn(const Node& node, Visit visit) const {
    for (std::uint32_t i = code_.insn_at(node.begin);
         i < code_.insns.size() && code_.insns[i].address < node.end; ++i)
      visit(code_.insns[i]);
  }

  // ---- amounts ----

  void set_counted_nodes() {
    for (const CountedBlock& block : counted_.blocks)
      nodes_[block.node].amount = counter(block.counter);
    for (const CountedCall& call : counted_.calls)
      if (call.counter)
        count_call(call.from_node, address(call.from_offset), counter(*call.counter));
    for (const FlowEdge& edge : edges_)
      if (edge.calls.known && !edge.merged) count_call(edge.from, edge.last, edge.calls);
  }
  void count_call(std::uint32_t from, std::uint64_t at, Amount amount) {
    Node& node = nodes_[from];
    counted_calls_.emplace(at, amount);
    if (!node.amount.known && is_first_call(node, at)) node.amount = amount;
  }
  void assume_that_calls_return() {
    for (FlowEdge& edge : edges_) {
      if (edge.amount.known || !edge.calls.known || edge.merged) continue;
      edge.amount = {edge.calls.count, true, true};
    }
    for (const CountedCall& call : counted_.calls) {
      Node& node = nodes_[call.from_node];
      if (!call.counter || node.amount.known) continue;
      node.amount = counter(*call.counter);
      node.amount.if_calls_return = true;
    }
  }
  [[nodiscard]] bool is_first_call(const Node& node, std::uint64_t at) const {
    if (!node.placed()) return false;
    bool earlier = false;
    for_each_insn(node, [&](const Insn& insn) {
      earlier = earlier || (insn.is(InsnClass::kCall) && insn.address < at);
    });
    return !earlier;
  }

  void spread(bool calls_return) {
    waiting_.resize(nodes_.size());
    std::iota(waiting_.begin(), waiting_.end(), 0U);
    while (!waiting_.empty() && !contradicts_itself_) {
      const std::uint32_t n = waiting_.back();
      waiting_.pop_back();
      Node& node = nodes_[n];
      if (!node.root) balance(node, node.in, false);
      if (!node.out.empty() && (calls_return || !node.has_call))
        balance(node, node.out, node.has_call);
    }
  }

  // The node's amount is the sum of these edges: what is not known of them follows.
  void balance(Node& node, const std::vector<std::uint32_t>& edges, bool if_calls_return) {
    Amount sum{0, true, if_calls_return};
    std::vector<FlowEdge*> missing;
    for (const std::uint32_t index : edges) {
      FlowEdge& edge = edges_[index];
      if (!edge.amount.known) {
        missing.push_back(&edge);
        continue;
      }
      sum.count += edge.amount.count;
      sum.if_calls_return = sum.if_calls_return || edge.amount.if_calls_return;
    }
    if (missing.empty() && !node.amount.known) {
      node.amount = sum;
      wake(node);
    }
    if (missing.empty() || !node.amount.known) return;
    if (node.amount.count < sum.count) {
      contradicts_itself_ = true;
      return;
    }
    const std::uint64_t left = node.amount.count - sum.count;
    if (missing.size() > 1 && left != 0) return;
    for (FlowEdge* edge : missing) {
      edge->amount = {left, true, sum.if_calls_return || node.amount.if_calls_return};
      waiting_.push_back(edge->from);
      waiting_.push_back(edge->to);
    }
  }
  void wake(const Node& node) {
    waiting_.push_back(static_cast<std::uint32_t>(&node - nodes_.data()));
  }

  // ---- instructions ----

  // What leaves by edges from behind `last`; unknown when there is none.
  [[nodiscard]] Amount leaving_after(const Node& node, std::uint64_t last) const {
    Amount sum{0, false, false};
    for (const std::uint32_t index : node.out) {
      const FlowEdge& edge = edges_[index];
      if (edge.last <= last) continue;
      if (!edge.amount.known || edge.merged) return {};
      sum.count += edge.amount.count;
      sum.known = true;
      sum.if_calls_return = sum.if_calls_return || edge.amount.if_calls_return;
    }
    return sum;
  }

  // How often what follows a call ran: it leaves by the edges, if there are any.
  [[nodiscard]] Amount behind_calls(const Node& node) const {
    if (node.out.empty() && ends_in_trap(node)) return {0, true, false};  // nobody lives to tell
    Amount sum{0, !node.out.empty(), false};
    for (const std::uint32_t index : node.out) {
      const Amount& amount = edges_[index].amount;
      sum.known = sum.known && amount.known;
      sum.count += amount.count;
      sum.if_calls_return = sum.if_calls_return || amount.if_calls_return;
    }
    if (sum.known) return sum;
    sum = node.amount;
    sum.if_calls_return = true;
    return sum;
  }

  [[nodiscard]] bool ends_in_trap(const Node& node) const {
    bool trap = false;
    for_each_insn(node, [&](const Insn& insn) {
      if (!insn.is(InsnClass::kNop)) trap = insn.is(InsnClass::kTrap);
    });
    return trap;
  }

  // Of the instructions up to and with the call, behind the call before it.
  [[nodiscard]] Amount up_to_call(const Node& node, std::uint64_t call, bool first) const {
    const auto counted = counted_calls_.find(call);
    if (counted != counted_calls_.end()) return counted->second;
    if (first) return node.amount;
    Amount amount = behind_calls(node);
    amount.known = amount.known && amount.count == node.amount.count;
    return amount;
  }

  void count_node(const Node& node, InstructionCounts& result) const {
    std::vector<std::uint64_t> calls;
    for_each_insn(node, [&](const Insn& insn) {
      if (insn.is(InsnClass::kCall)) calls.push_back(insn.address);
    });
    std::size_t call = 0;  // the next one
    Amount amount = calls.empty() ? node.amount : up_to_call(node, calls[0], true);
    bool over = false;  // what follows is padding
    for_each_insn(node, [&](const Insn& insn) {
      if (over)
        result.bytes += insn.size;
      else if (amount.known)
        add(insn, amount, result);
      if (insn.is(InsnClass::kCall)) {
        ++call;
        amount = call < calls.size() ? up_to_call(node, calls[call], false) : behind_calls(node);
      } else if (insn.is(InsnClass::kJump) && insn.is(InsnClass::kConditional)) {
        amount = leaving_after(node, insn.address);  // of a second jump behind it
      } else if (insn.ends_block()) {
        over = true;
      }
    });
  }

  static void add(const Insn& insn, const Amount& amount, InstructionCounts& result) {
    result.bytes += insn.size;
    if (amount.count == 0) return;
    result.entries.push_back({insn.address, amount.count});
    result.total += amount.count;
    if (amount.if_calls_return) result.if_calls_return += amount.count;
  }

  const CountedFunction& counted_;
  const Function& code_;
  std::span<const std::uint64_t> landing_pads_;
  std::span<const std::uint64_t> counters_;
  std::vector<Node> nodes_;
  std::vector<FlowEdge> edges_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> edge_of_;
  std::map<std::uint64_t, Amount> counted_calls_;                    // how often they were made
  std::vector<std::pair<std::uint64_t, std::uint32_t>> tail_calls_;  // the jump, its node
  std::vector<std::uint32_t> waiting_;
  bool contradicts_itself_ = false;
};

}  // namespace

InstructionCounts count_instructions(const CountedFunction& counted, const Function& code,
                                     std::span<const std::uint64_t> landing_pads,
                                     std::span<const std::uint64_t> counters) {
  Flow flow(counted, code, landing_pads, counters);
  if (!code.insns.empty() && flow.solve()) return flow.counts();
  InstructionCounts nothing;
  for (const Insn& insn : code.insns) nothing.bytes_unknown += insn.size;
  return nothing;
}

}  // namespace asmforge

#include "graph/recurrences.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "isa/isa.h"

namespace asmforge {
namespace {

// A store further back than this many iterations is no chain worth a name.
constexpr std::int64_t kFarthestIterations = 64;

// Where a memory operand lies, counted from the registers' values at the begin
// of an iteration; comparable when the registers are the same.
struct Place {
  std::uint32_t insn = 0;
  Register base = kNoRegister;
  Register index = kNoRegister;
  Register segment = kNoRegister;
  std::uint8_t scale = 1;
  std::uint16_t bytes = 0;
  std::int64_t offset = 0;
  std::int64_t step = 0;

  [[nodiscard]] bool comparable(const Place& o) const {
    return base == o.base && index == o.index && segment == o.segment &&
           (scale == o.scale || index == kNoRegister) && step == o.step;
  }
};

class DependenceFinder {
 public:
  DependenceFinder(const Function& function, const Cfg& cfg, const Loops& loops, LoopIndex loop,
                   const LoopValues& values)
      : function_(function), cfg_(cfg), loop_(loops.loops[loop]), values_(values) {}
  std::vector<Dependence> run();

 private:
  void through_registers(std::uint32_t insn);
  void through_memory();
  [[nodiscard]] std::optional<Place> place(std::uint32_t insn) const;
  // Both run in every iteration, a before b; or in one block in that order.
  [[nodiscard]] bool before(std::uint32_t a, std::uint32_t b) const;

  const Function& function_;
  const Cfg& cfg_;
  const Loop& loop_;
  const LoopValues& values_;
  std::vector<Dependence> found_;
};

bool moves_stack_pointer(const Insn& insn) {
  return insn.classes.has_any(InsnClass::kPush | InsnClass::kPop | InsnClass::kCall);
}

void DependenceFinder::through_registers(std::uint32_t i) {
  const Insn& insn = function_.insns[i];
  if (insn.is(InsnClass::kZeroIdiom)) return;
  insn.reads.for_each([&](Register reg) {
    const IsaFacts& isa = values_.flow().isa();
    if (reg == isa.program_counter || !values_.flow().written().contains(reg)) return;
    const auto add = [&](const Definitions& made, std::uint32_t distance) {
      for (const std::uint32_t from : made.insns) {
        if (reg == isa.stack_pointer && moves_stack_pointer(function_.insns[from])) continue;
        found_.push_back({from, i, distance, reg});
      }
    };
    const Definitions here = values_.flow().definitions(reg, i);
    add(here, 0);
    if (here.from_outside) add(values_.flow().carried(reg), 1);
  });
}

bool DependenceFinder::before(std::uint32_t a, std::uint32_t b) const {
  const BlockIndex block_a = cfg_.block_of_insn[a];
  const BlockIndex block_b = cfg_.block_of_insn[b];
  if (block_a == block_b) return a < b;
  // Blocks after the header in address order run in that order, as a rule that
  // only holds for those that no way around the loop leaves out.
  return values_.flow().every_iteration(block_a) && values_.flow().every_iteration(block_b) &&
         block_a >= loop_.header && block_a < block_b;
}

std::optional<Place> DependenceFinder::place(std::uint32_t i) const {
  const Insn& insn = function_.insns[i];
  const MemoryOperand& memory = insn.memory;
  if (!memory.present || memory.bytes == 0 || insn.is(InsnClass::kString)) return std::nullopt;
  Place place{.insn = i, .segment = memory.segment, .bytes = memory.bytes};
  if (memory.address != kNoAddress) {
    place.offset = static_cast<std::int64_t>(memory.address);
    return place;
  }
  place.scale = memory.scale;
  place.offset = memory.displacement;
  // Addresses wrap; so may their parts.
  const auto plus = [](std::int64_t sum, std::int64_t part, std::uint64_t times) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(sum) +
                                     static_cast<std::uint64_t>(part) * times);
  };
  const auto add = [&](Register reg, std::uint64_t times, Register& at_begin) {
    if (reg == kNoRegister) return true;
    const std::optional<Anchor> anchor = values_.flow().anchor(reg, i);
    if (!anchor || anchor->insn != kNoIndex) return false;
    const std::optional<std::int64_t> step = values_.step(anchor->reg);
    if (!step) return false;
    at_begin = anchor->reg;
    place.offset = plus(place.offset, anchor->offset, times);
    place.step = plus(place.step, *step, times);
    return true;
  };
  if (!add(memory.base, 1, place.base) || !add(memory.index, memory.scale, place.index))
    return std::nullopt;
  return place;
}

void DependenceFinder::through_memory() {
  std::vector<Place> loads;
  std::vector<Place> stores;
  for (const BlockIndex b : loop_.blocks) {
    for (std::uint32_t i = cfg_.blocks[b].first; i <= cfg_.blocks[b].last; ++i) {
      const Insn& insn = function_.insns[i];
      if (!insn.classes.has_any(InsnClass::kLoad | InsnClass::kStore)) continue;
      const std::optional<Place> where = place(i);
      if (!where) continue;
      if (insn.is(InsnClass::kLoad)) loads.push_back(*where);
      if (insn.is(InsnClass::kStore)) stores.push_back(*where);
    }
  }
  // Equal registers together, so that only these are compared.
  const auto key = [](const Place& p) { return std::tuple(p.base, p.index, p.segment, p.step); };
  const auto by_key = [&](const Place& a, const Place& b) { return key(a) < key(b); };
  std::sort(stores.begin(), stores.end(), by_key);
  for (const Place& load : loads) {
    const auto [first, last] = std::equal_range(stores.begin(), stores.end(), load, by_key);
    for (auto store = first; store != last; ++store) {
      if (!store->comparable(load) || store->bytes < load.bytes) continue;
      const auto apart = static_cast<std::int64_t>(static_cast<std::uint64_t>(store->offset) -
                                                   static_cast<std::uint64_t>(load.offset));
      if (apart == 0 && before(store->insn, load.insn)) {
        found_.push_back({store->insn, load.insn, 0, kNoRegister});
        continue;
      }
      if (load.step == 0) {
        if (apart == 0) found_.push_back({store->insn, load.insn, 1, kNoRegister});
        continue;
      }
      if (apart % load.step != 0) continue;
      const std::int64_t iterations = apart / load.step;
      if (iterations < 1 || iterations > kFarthestIterations) continue;
      found_.push_back(
          {store->insn, load.insn, static_cast<std::uint32_t>(iterations), kNoRegister});
    }
  }
}

std::vector<Dependence> DependenceFinder::run() {
  for (const BlockIndex b : loop_.blocks)
    for (std::uint32_t i = cfg_.blocks[b].first; i <= cfg_.blocks[b].last; ++i)
      through_registers(i);
  through_memory();
  std::sort(found_.begin(), found_.end());
  found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
  return std::move(found_);
}

// Tarjan, "Depth-First Search and Linear Graph Algorithms", 1972, without
// recursion. Nodes are positions in `nodes`; edges are rows of a sorted list.
class Components {
 public:
  Components(const std::vector<std::uint32_t>& nodes, const std::vector<Dependence>& edges)
      : nodes_(nodes), edges_(edges) {}
  // Component per node; equal numbers are strongly connected.
  std::vector<std::uint32_t> run();

 private:
  [[nodiscard]] std::uint32_t position(std::uint32_t insn) const {
    return static_cast<std::uint32_t>(std::lower_bound(nodes_.begin(), nodes_.end(), insn) -
                                      nodes_.begin());
  }
  [[nodiscard]] std::size_t first_edge(std::uint32_t node) const {
    return static_cast<std::size_t>(
        std::lower_bound(edges_.begin(), edges_.end(), Dependence{nodes_[node], 0, 0, 0}) -
        edges_.begin());
  }
  const std::vector<std::uint32_t>& nodes_;
  const std::vector<Dependence>& edges_;
};

std::vector<std::uint32_t> Components::run() {
  const auto count = static_cast<std::uint32_t>(nodes_.size());
  std::vector<std::uint32_t> number(count, kNoIndex);
  std::vector<std::uint32_t> low(count, 0);
  std::vector<std::uint32_t> component(count, kNoIndex);
  std::vector<std::uint32_t> open;
  struct Frame {
    std::uint32_t node;
    std::size_t edge;
  };
  std::vector<Frame> frames;
  std::uint32_t clock = 0;
  std::uint32_t components = 0;
  const auto enter = [&](std::uint32_t node) {
    number[node] = low[node] = clock++;
    open.push_back(node);
    frames.push_back({node, first_edge(node)});
  };
  for (std::uint32_t root = 0; root < count; ++root) {
    if (number[root] != kNoIndex) continue;
    enter(root);
    while (!frames.empty()) {
      const std::uint32_t node = frames.back().node;
      if (frames.back().edge < edges_.size() && edges_[frames.back().edge].from == nodes_[node]) {
        const std::uint32_t to = position(edges_[frames.back().edge++].to);
        if (number[to] == kNoIndex)
          enter(to);
        else if (component[to] == kNoIndex)
          low[node] = std::min(low[node], number[to]);
        continue;
      }
      frames.pop_back();
      if (!frames.empty()) low[frames.back().node] = std::min(low[frames.back().node], low[node]);
      if (low[node] != number[node]) continue;
      std::uint32_t member = kNoIndex;
      do {
        member = open.back();
        open.pop_back();
        component[member] = components;
      } while (member != node);
      ++components;
    }
  }
  return component;
}

}  // namespace

std::vector<Dependence> loop_dependences(const Function& function, const Cfg& cfg,
                                         const Loops& loops, LoopIndex loop,
                                         const LoopValues& values) {
  return DependenceFinder(function, cfg, loops, loop, values).run();
}

std::vector<Recurrence> find_recurrences(const Function& function, const Cfg& cfg,
                                         const Loops& loops, LoopIndex loop,
                                         const LoopValues& values) {
  const std::vector<Dependence> all = loop_dependences(function, cfg, loops, loop, values);
  std::vector<std::uint32_t> nodes;
  for (const Dependence& d : all) {
    nodes.push_back(d.from);
    nodes.push_back(d.to);
  }
  std::sort(nodes.begin(), nodes.end());
  nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
  const std::vector<std::uint32_t> component = Components(nodes, all).run();
  const auto component_of = [&](std::uint32_t insn) {
    return component[static_cast<std::size_t>(std::lower_bound(nodes.begin(), nodes.end(), insn) -
                                              nodes.begin())];
  };

  std::vector<Recurrence> by_component(nodes.size());
  for (const Dependence& d : all) {
    const std::uint32_t c = component_of(d.from);
    if (c != component_of(d.to)) continue;
    Recurrence& recurrence = by_component[c];
    recurrence.dependences.push_back(d);
    recurrence.through_memory |= d.reg == kNoRegister;
    recurrence.insns.push_back(d.from);
  }
  std::vector<Recurrence> result;
  for (Recurrence& recurrence : by_component) {
    if (recurrence.dependences.empty()) continue;
    std::vector<std::uint32_t>& insns = recurrence.insns;
    std::sort(insns.begin(), insns.end());
    insns.erase(std::unique(insns.begin(), insns.end()), insns.end());
    recurrence.induction = std::any_of(values.inductions().begin(), values.inductions().end(),
                                       [&](const Induction& i) { return i.updates == insns; });
    result.push_back(std::move(recurrence));
  }
  std::sort(result.begin(), result.end(), [](const Recurrence& a, const Recurrence& b) {
    return a.insns.front() < b.insns.front();
  });
  return result;
}

}  // namespace asmforge

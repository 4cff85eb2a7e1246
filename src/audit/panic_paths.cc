#include "audit/panic_paths.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "audit/index_failures.h"
#include "isa/isa.h"

namespace asmforge {
namespace {

// Ways to a panic are short; a longer one is not followed.
constexpr std::size_t kMaxBlocks = 24;
// How far back the load of a callee's address from the GOT is looked for.
constexpr std::size_t kMaxBlocksToDefinition = 64;
constexpr std::uint64_t kLongestCondition = 64;  // characters of an assertion's text that matter

std::string_view name_of_slot(const Binary& binary, std::uint64_t slot) {
  if (const Import* import = binary.import_at(slot)) return import->name;
  const std::optional<std::uint64_t> target = binary.pointer_at(slot);
  return target.has_value() ? binary.name_at(*target) : std::string_view{};
}

std::uint32_t last_write_of(const FunctionView& view, std::uint32_t first, std::uint32_t end,
                            Register reg) {
  for (std::uint32_t i = end; i-- > first;)
    if (view.function.insns[i].writes.contains(reg)) return i;
  return kNoIndex;
}

// What an instruction that fills a register with a function's address names.
std::string_view name_filled_in(const FunctionView& view, std::uint32_t index) {
  const Insn& insn = view.function.insns[index];
  if (insn.memory.address == kNoAddress) return {};
  if (insn.is(InsnClass::kLea)) return view.binary.name_at(insn.memory.address);
  if (insn.classes.has_all(InsnClass::kLoad | InsnClass::kMove))
    return name_of_slot(view.binary, insn.memory.address);
  return {};
}

// All definitions of `reg` that reach `index` must name the same function.
std::string_view name_in_register(const FunctionView& view, std::uint32_t index, Register reg) {
  const Cfg& cfg = view.cfg;
  const BlockIndex start = cfg.block_of_insn[index];
  const std::uint32_t near = last_write_of(view, cfg.blocks[start].first, index, reg);
  if (near != kNoIndex) return name_filled_in(view, near);
  std::vector<BlockIndex> seen{start};
  std::string_view name;
  for (std::size_t next = 0; next < seen.size(); ++next) {
    if (seen[next] == 0) return {};  // the function's entry: whatever the caller had in it
    for (const BlockIndex p : cfg.predecessors(seen[next])) {
      if (!cfg.blocks[p].reachable) continue;  // padding that seems to fall into the block
      if (std::find(seen.begin(), seen.end(), p) != seen.end()) continue;
      const Block& block = cfg.blocks[p];
      const std::uint32_t write = last_write_of(view, block.first, block.last + 1, reg);
      if (write == kNoIndex) {
        if (seen.size() == kMaxBlocksToDefinition) return {};
        seen.push_back(p);
        continue;
      }
      const std::string_view found = name_filled_in(view, write);
      if (found.empty() || (!name.empty() && found != name)) return {};
      name = found;
    }
  }
  return name;
}

// The string whose address the block puts into the fourth argument before the call.
std::string_view condition_argument(const FunctionView& view, std::uint32_t call) {
  const Block& block = view.cfg.blocks[view.cfg.block_of_insn[call]];
  const Register fourth = facts_of(view.function.isa).integer_arguments[3];
  const std::uint32_t write = last_write_of(view, block.first, call, fourth);
  if (write == kNoIndex) return {};
  const Insn& insn = view.function.insns[write];
  std::uint64_t address = insn.is(InsnClass::kLea) ? insn.memory.address : kNoAddress;
  if (insn.is(InsnClass::kMove) && insn.has_immediate && !insn.memory.present)
    address = static_cast<std::uint64_t>(insn.immediate);
  if (address == kNoAddress) return {};
  const auto bytes = view.binary.bytes_at(address, kLongestCondition);
  const auto end = std::find(bytes.begin(), bytes.end(), std::uint8_t{0});
  if (end == bytes.end()) return {};
  // char and uint8_t may name the same bytes.
  return {reinterpret_cast<const char*>(bytes.data()),
          static_cast<std::size_t>(end - bytes.begin())};
}

// Several ends together: a known reason that is no index failure wins, then what
// has no name; an index failure must be the only reason.
PanicKind worse(PanicKind a, PanicKind b) {
  if (a == PanicKind::kOther || b == PanicKind::kOther) return PanicKind::kOther;
  return std::max(a, b);
}

}  // namespace

std::string_view callee_name(const FunctionView& view, std::uint32_t call) {
  const Insn& insn = view.function.insns[call];
  if (insn.target != kNoAddress) return view.binary.name_at(insn.target);
  if (insn.memory.present) {
    return insn.memory.address == kNoAddress ? std::string_view{}
                                             : name_of_slot(view.binary, insn.memory.address);
  }
  if (insn.operand_count == 0 || insn.operands[0].kind != OperandKind::kRegister) return {};
  return name_in_register(view, call, insn.operands[0].reg);
}

PanicKind classify_no_return_call(const FunctionView& view, std::uint32_t call) {
  const std::string_view name = callee_name(view, call);
  if (name.empty()) return PanicKind::kUnnamed;
  if (is_index_failure(name)) return PanicKind::kIndexFailure;
  if (is_assertion_with_condition(name) && is_index_condition(condition_argument(view, call)))
    return PanicKind::kIndexFailure;
  return PanicKind::kOther;
}

void PanicPaths::reset(const FunctionView& view) {
  view_ = &view;
  known_.clear();
}

const PanicPaths::End& PanicPaths::from(BlockIndex block) {
  const auto place =
      std::lower_bound(known_.begin(), known_.end(), block,
                       [](const auto& entry, BlockIndex b) { return entry.first < b; });
  if (place != known_.end() && place->first == block) return place->second;
  return known_.insert(place, {block, follow(block)})->second;
}

// kNone when the block goes on to others.
PanicPaths::End PanicPaths::end_of_block(BlockIndex b) const {
  const Block& block = view_->cfg.blocks[b];
  // A call through a register is not known to the graph as one that never
  // returns; its name may still say so.
  for (std::uint32_t i = block.first; i <= block.last; ++i) {
    const Insn& insn = view_->function.insns[i];
    const bool through_register =
        insn.is(InsnClass::kCall) && insn.is(InsnClass::kIndirect) && !insn.memory.present;
    if (through_register && is_index_failure(callee_name(*view_, i)))
      return {PanicKind::kIndexFailure, i};
  }
  if (block.exit != BlockExit::kNoReturn) return {};
  const Insn& last = view_->function.insns[block.last];
  if (last.is(InsnClass::kConditional)) return {};
  if (last.is(InsnClass::kTrap)) return {PanicKind::kUnnamed, block.last};
  return {classify_no_return_call(*view_, block.last), block.last};
}

PanicPaths::End PanicPaths::follow(BlockIndex start) {
  const Cfg& cfg = view_->cfg;
  pending_.assign(1, start);
  seen_.assign(1, start);
  End all;
  while (!pending_.empty()) {
    const BlockIndex b = pending_.back();
    pending_.pop_back();
    const End end = end_of_block(b);
    if (end.kind != PanicKind::kNone) {
      all.kind = worse(all.kind, end.kind);
      if (all.call == kNoIndex) all.call = end.call;
      continue;
    }
    if (cfg.blocks[b].exit != BlockExit::kNone || view_->loops.loop_of_block[b] != kNoIndex)
      return {};
    for (const Edge& edge : cfg.successors(b)) {
      if (edge.kind == EdgeKind::kUnwind) continue;
      if (std::find(seen_.begin(), seen_.end(), edge.to) != seen_.end()) continue;
      if (seen_.size() == kMaxBlocks) return {};
      seen_.push_back(edge.to);
      pending_.push_back(edge.to);
    }
  }
  return all;
}

}  // namespace asmforge

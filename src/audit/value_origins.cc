#include "audit/value_origins.h"

#include <algorithm>

#include "isa/x86_64.h"

namespace asmforge {
namespace {

// Beyond these a loop is too big to be followed; the answer is then unknown.
constexpr std::size_t kMaxResults = 512;
constexpr std::size_t kMaxBlocksSearched = 64;

ValueOrigin of_kind(ValueKind kind) { return {kind, kNoRegister, 0}; }

bool barrier(const Insn& insn) {
  return insn.classes.has_any(InsnClass::kAtomic | InsnClass::kFence | InsnClass::kSystem);
}

bool same_registers(const MemoryOperand& a, const MemoryOperand& b) {
  return a.base == b.base && a.index == b.index && a.segment == b.segment &&
         (a.index == kNoRegister || a.scale == b.scale);
}

// What add, sub, inc and dec of a register add to it, if that is a constant.
std::optional<std::int64_t> added_constant(const Insn& insn) {
  if (insn.operand_count == 0 || insn.operands[0].kind != OperandKind::kRegister)
    return std::nullopt;
  switch (insn.operation) {
    case IntegerOperation::kIncrement: return 1;
    case IntegerOperation::kDecrement: return -1;
    case IntegerOperation::kAdd:
      return insn.has_immediate ? std::optional(insn.immediate) : std::nullopt;
    case IntegerOperation::kSubtract:
      return insn.has_immediate ? std::optional(static_cast<std::int64_t>(
                                      -static_cast<std::uint64_t>(insn.immediate)))
                                : std::nullopt;
    default: return std::nullopt;
  }
}

bool overlap(std::int64_t a, std::uint16_t a_bytes, std::int64_t b, std::uint16_t b_bytes) {
  return a < b + std::max<std::int64_t>(b_bytes, 1) && b < a + std::max<std::int64_t>(a_bytes, 1);
}

}  // namespace

void ValueOrigins::reset(const FunctionView& view, LoopIndex loop) {
  view_ = &view;
  loop_ = loop;
  insns_.clear();
  stores_.clear();
  memo_.clear();
  header_.clear();
  written_ = {};
  has_call_ = has_barrier_ = false;
  for (const BlockIndex b : view.loops.loops[loop].blocks) {
    for (std::uint32_t i = view.cfg.blocks[b].first; i <= view.cfg.blocks[b].last; ++i) {
      const Insn& insn = view.function.insns[i];
      insns_.push_back(i);
      written_ |= insn.writes;
      if (insn.is(InsnClass::kCall)) {
        has_call_ = true;
        written_ |= x86_64::call_clobbered();
      } else if (insn.is(InsnClass::kStore)) {
        stores_.push_back(i);
      }
      has_barrier_ |= barrier(insn);
    }
  }
  frame_pointer_ = has_frame_pointer();
}

// Only a function that copies rsp to rbp on entry addresses its frame by rbp.
bool ValueOrigins::has_frame_pointer() const {
  const Block& entry = view_->cfg.blocks.front();
  for (std::uint32_t i = entry.first; i <= entry.last; ++i) {
    const Insn& insn = view_->function.insns[i];
    if (insn.classes.has_any(InsnClass::kMove | InsnClass::kLea) &&
        insn.writes.contains(x86_64::kRbp) && insn.reads.contains(x86_64::kRsp) &&
        !insn.classes.has_any(InsnClass::kLoad | InsnClass::kPop))
      return true;
  }
  return false;
}

bool ValueOrigins::is_stack_slot(const MemoryOperand& memory) const {
  if (!memory.present || memory.segment != kNoRegister) return false;
  return memory.base == x86_64::kRsp || (frame_pointer_ && memory.base == x86_64::kRbp);
}

bool ValueOrigins::is_read_only(const MemoryOperand& memory) const {
  if (memory.address == kNoAddress) return false;
  if (view_->binary.import_at(memory.address) != nullptr) return true;
  const Section* section = view_->binary.section_at(memory.address);
  if (section == nullptr) return true;  // no bytes of this file: nothing can be said of it
  return !section->writable || section->name.starts_with(".got") ||
         section->name.starts_with(".data.rel.ro");
}

bool ValueOrigins::may_write(const Insn& insn, Register reg) const {
  return insn.writes.contains(reg) ||
         (insn.is(InsnClass::kCall) && x86_64::call_clobbered().contains(reg));
}

std::uint32_t ValueOrigins::last_write(std::uint32_t first, std::uint32_t end, Register reg) const {
  for (std::uint32_t i = end; i-- > first;)
    if (may_write(view_->function.insns[i], reg)) return i;
  return kNoIndex;
}

std::vector<std::uint32_t> ValueOrigins::definitions_before(std::uint32_t insn, Register reg) {
  const BlockIndex block = view_->cfg.block_of_insn[insn];
  std::vector<std::uint32_t> found(1, last_write(view_->cfg.blocks[block].first, insn, reg));
  if (found.front() != kNoIndex) return found;
  found.clear();
  if (!search_predecessors(block, reg, found)) found.clear();
  return found;
}

std::vector<std::uint32_t> ValueOrigins::definitions_at_end(BlockIndex block, Register reg) {
  const Block& b = view_->cfg.blocks[block];
  std::vector<std::uint32_t> found(1, last_write(b.first, b.last + 1, reg));
  if (found.front() != kNoIndex) return found;
  found.clear();
  if (!search_predecessors(block, reg, found)) found.clear();
  return found;
}

// The definitions that reach the start of `block` within an iteration.
bool ValueOrigins::search_predecessors(BlockIndex block, Register reg,
                                       std::vector<std::uint32_t>& out) {
  const BlockIndex header = view_->loops.loops[loop_].header;
  const auto add = [&](std::uint32_t definition) {
    if (std::find(out.begin(), out.end(), definition) == out.end()) out.push_back(definition);
  };
  seen_.assign(1, block);
  for (std::size_t next = 0; next < seen_.size(); ++next) {
    if (seen_[next] == header) {
      add(kNoIndex);
      continue;
    }
    for (const BlockIndex p : view_->cfg.predecessors(seen_[next])) {
      // Padding before an aligned block seems to fall into it, but never runs.
      if (!view_->cfg.blocks[p].reachable) continue;
      if (std::find(seen_.begin(), seen_.end(), p) != seen_.end()) continue;
      if (!view_->loops.contains(loop_, p) || seen_.size() == kMaxBlocksSearched) return false;
      const std::uint32_t write =
          last_write(view_->cfg.blocks[p].first, view_->cfg.blocks[p].last + 1, reg);
      if (write == kNoIndex)
        seen_.push_back(p);
      else
        add(write);
    }
  }
  return true;
}

ValueOrigin ValueOrigins::value_before(std::uint32_t insn, Register reg) {
  if (reg == x86_64::kRsp || reg == x86_64::kRip || !written_.contains(reg))
    return of_kind(ValueKind::kInvariant);
  return value_of(definitions_before(insn, reg), reg);
}

ValueOrigin ValueOrigins::value_of(const std::vector<std::uint32_t>& definitions, Register reg) {
  if (definitions.empty()) return of_kind(ValueKind::kUnknown);
  const auto value_of_one = [&](std::uint32_t insn) {
    return insn == kNoIndex ? ValueOrigin{ValueKind::kAffine, reg, 0} : result_of(insn, reg);
  };
  if (definitions.size() == 1) return value_of_one(definitions.front());
  // Which one it is depends on the way taken, so at best the value is derived.
  ValueKind kind = ValueKind::kDerived;
  for (const std::uint32_t insn : definitions)
    kind = std::max(kind, resolved_kind(value_of_one(insn)));
  return of_kind(kind);
}

ValueOrigin ValueOrigins::result_of(std::uint32_t insn, Register reg) {
  for (const Memo& memo : memo_) {
    if (memo.insn != insn || memo.reg != reg) continue;
    return memo.progress == Progress::kDone ? memo.value : of_kind(ValueKind::kUnknown);
  }
  if (memo_.size() == kMaxResults) return of_kind(ValueKind::kUnknown);
  const std::size_t slot = memo_.size();
  memo_.push_back({insn, reg, Progress::kRunning, {}});
  const ValueOrigin value = compute_result(insn, reg);
  memo_[slot].value = value;
  memo_[slot].progress = Progress::kDone;
  return value;
}

// What `reg` holds after the instruction.
ValueOrigin ValueOrigins::compute_result(std::uint32_t index, Register reg) {
  const Insn& insn = view_->function.insns[index];
  if (insn.is(InsnClass::kCall) || barrier(insn)) return of_kind(ValueKind::kUnknown);
  if (insn.is(InsnClass::kZeroIdiom)) return of_kind(ValueKind::kInvariant);

  // Forms that keep an affine value affine: add r, imm; inc r; lea r, [b + imm]; mov r, r2.
  if (!insn.is(InsnClass::kLoad) && !insn.is(InsnClass::kPartialWrite)) {
    if (insn.is(InsnClass::kLea) && insn.memory.index == kNoRegister &&
        insn.memory.base != kNoRegister)
      return sum(index, insn.memory.base, insn.memory.displacement);
    if (insn.classes.has_any(InsnClass::kMove | InsnClass::kExtend) && insn.operand_count == 2 &&
        insn.operands[1].kind == OperandKind::kRegister)
      return sum(index, insn.operands[1].reg, 0);
    if (const std::optional<std::int64_t> constant = added_constant(insn))
      return sum(index, reg, *constant);
  }

  ValueKind kind = ValueKind::kInvariant;
  RegisterSet inputs = insn.reads;
  if (insn.classes.has_any(InsnClass::kPartialWrite | InsnClass::kConditionalMove))
    inputs.insert(reg);
  inputs.for_each(
      [&](Register input) { kind = std::max(kind, resolved_kind(value_before(index, input))); });
  if (kind == ValueKind::kAffine) kind = ValueKind::kDerived;
  if (insn.is(InsnClass::kLoad)) kind = std::max(kind, loaded_kind(index));
  return of_kind(kind);
}

ValueKind ValueOrigins::loaded_kind(std::uint32_t index) {
  const Insn& insn = view_->function.insns[index];
  if (!insn.memory.present || address_kind(index) != ValueKind::kInvariant)
    return ValueKind::kLoaded;
  if (is_read_only(insn.memory)) return ValueKind::kInvariant;
  switch (clobber_of(index).kind) {
    case Clobber::kNone: return ValueKind::kInvariant;
    case Clobber::kMay: return ValueKind::kReloaded;
    case Clobber::kCertain:
    case Clobber::kOpaque: break;
  }
  return ValueKind::kLoaded;
}

ValueOrigin ValueOrigins::sum(std::uint32_t insn, Register reg, std::int64_t constant) {
  ValueOrigin value = value_before(insn, reg);
  // Wraps as the machine does.
  if (value.kind == ValueKind::kAffine)
    value.offset = static_cast<std::int64_t>(static_cast<std::uint64_t>(value.offset) +
                                             static_cast<std::uint64_t>(constant));
  return value;
}

// An affine form is only affine when its base really advances by a constant.
ValueKind ValueOrigins::resolved_kind(ValueOrigin value) {
  return value.kind == ValueKind::kAffine ? kind_at_header(value.base) : value.kind;
}

std::optional<std::int64_t> ValueOrigins::step(Register reg) {
  std::optional<std::int64_t> step;
  for (const BlockIndex latch : view_->loops.loops[loop_].latches) {
    const ValueOrigin value = value_of(definitions_at_end(latch, reg), reg);
    if (value.kind != ValueKind::kAffine || value.base != reg) return std::nullopt;
    if (step.has_value() && *step != value.offset) return std::nullopt;
    step = value.offset;
  }
  return step;
}

// What a register that the loop writes holds when an iteration begins.
ValueKind ValueOrigins::kind_at_header(Register reg) {
  for (const Memo& memo : header_) {
    if (memo.reg != reg) continue;
    // A value that depends on itself is what the rest of it is.
    return memo.progress == Progress::kDone ? memo.value.kind : ValueKind::kDerived;
  }
  const std::size_t slot = header_.size();
  header_.push_back({kNoIndex, reg, Progress::kRunning, {}});
  ValueKind kind = ValueKind::kAffine;
  if (const std::optional<std::int64_t> constant = step(reg); constant.has_value()) {
    if (*constant == 0) kind = ValueKind::kInvariant;
  } else {
    kind = ValueKind::kDerived;
    for (const BlockIndex latch : view_->loops.loops[loop_].latches)
      kind = std::max(kind, resolved_kind(value_of(definitions_at_end(latch, reg), reg)));
  }
  header_[slot].value.kind = kind;
  header_[slot].progress = Progress::kDone;
  return kind;
}

ValueKind ValueOrigins::kind_before(std::uint32_t insn, Register reg) {
  return resolved_kind(value_before(insn, reg));
}

ValueKind ValueOrigins::address_kind(std::uint32_t insn) {
  const MemoryOperand& memory = view_->function.insns[insn].memory;
  ValueKind kind = ValueKind::kInvariant;
  for (const Register reg : {memory.base, memory.index})
    if (reg != kNoRegister) kind = std::max(kind, kind_before(insn, reg));
  return kind;
}

ValueOrigins::LoadClobber ValueOrigins::clobber_of(std::uint32_t load) {
  const Insn& insn = view_->function.insns[load];
  const bool own_frame = is_stack_slot(insn.memory);
  if (!own_frame && (has_call_ || has_barrier_)) return {Clobber::kOpaque, kNoIndex};
  LoadClobber worst;
  for (const std::uint32_t store : stores_) {
    const Clobber meets = meeting(insn, store);
    if (meets <= worst.kind) continue;
    worst = {meets, store};
  }
  return worst;
}

bool ValueOrigins::may_alias(std::uint32_t load, std::uint32_t store) {
  return meeting(view_->function.insns[load], store) != Clobber::kNone;
}

// `load` has an address that does not change in the loop.
ValueOrigins::Clobber ValueOrigins::meeting(const Insn& load, std::uint32_t store_index) {
  const Insn& store = view_->function.insns[store_index];
  if (store.is(InsnClass::kPush)) return Clobber::kNone;
  if (!store.memory.present) return Clobber::kOpaque;  // rep movs and the like
  const MemoryOperand& a = load.memory;
  const MemoryOperand& b = store.memory;
  if (a.address != kNoAddress && b.address != kNoAddress) {
    return overlap(static_cast<std::int64_t>(a.address), a.bytes,
                   static_cast<std::int64_t>(b.address), b.bytes)
               ? Clobber::kCertain
               : Clobber::kNone;
  }
  if (same_registers(a, b) && address_kind(store_index) == ValueKind::kInvariant)
    return overlap(a.displacement, a.bytes, b.displacement, b.bytes) ? Clobber::kCertain
                                                                     : Clobber::kNone;
  // A spill or a local array whose address the compiler did not give away: it
  // would not have loaded again for the sake of the function's own frame.
  if (is_stack_slot(a) != is_stack_slot(b)) return Clobber::kNone;
  return Clobber::kMay;
}

}  // namespace asmforge

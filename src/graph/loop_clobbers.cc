// Which stores of a loop may change what a load from an unchanging address reads.
//
//     .loop: mov  rcx, qword ptr [rdi + 8]   ; may be changed by the second store
//            mov  dword ptr [rdi + 16], eax  ; cannot: the same register, other bytes
//            mov  byte ptr [rcx + rdx], al   ; to anywhere

#include <algorithm>

#include "graph/loop_values.h"

namespace asmforge {
namespace {

bool overlap(std::int64_t a, std::uint16_t a_bytes, std::int64_t b, std::uint16_t b_bytes) {
  return a < b + std::max<std::int64_t>(b_bytes, 1) && b < a + std::max<std::int64_t>(a_bytes, 1);
}

}  // namespace

bool LoopValues::is_read_only(const MemoryOperand& memory) const {
  if (memory.address == kNoAddress || binary_ == nullptr) return false;
  if (binary_->import_at(memory.address) != nullptr) return true;
  const Section* section = binary_->section_at(memory.address);
  if (section == nullptr) return true;  // no bytes of this file: nothing can be said of it
  return !section->writable || section->name.starts_with(".got") ||
         section->name.starts_with(".data.rel.ro");
}

LoadClobber LoopValues::clobber_of(std::uint32_t load) const {
  LoadClobber worst;
  if (flow_.has_call() || has_barrier_) {
    switch (exposure(function_.insns[load].memory)) {
      case Exposure::kTaken: return {Clobber::kOpaque, kNoIndex};
      case Exposure::kUnclear: worst.kind = Clobber::kMay; break;
      case Exposure::kNone: break;
    }
  }
  for (const std::uint32_t store : stores_) {
    const Clobber meets = meeting(load, store);
    if (meets <= worst.kind) continue;
    worst = {meets, store};
  }
  return worst;
}

bool LoopValues::may_alias(std::uint32_t load, std::uint32_t store) const {
  return meeting(load, store) != Clobber::kNone;
}

// What is no part of the frame is known to all.
Exposure LoopValues::exposure(const MemoryOperand& memory) const {
  if (!frame_.contains(memory)) return Exposure::kTaken;
  const std::optional<StackSlot> slot = frame_.slot(memory);
  return slot ? frame_.exposure(*slot) : Exposure::kUnclear;
}

Clobber LoopValues::meeting(std::uint32_t load, std::uint32_t store) const {
  const Insn& writer = function_.insns[store];
  if (writer.is(InsnClass::kPush)) return Clobber::kNone;
  if (!writer.memory.present) return Clobber::kOpaque;  // rep movs and the like
  const MemoryOperand& a = function_.insns[load].memory;
  const MemoryOperand& b = writer.memory;
  if (const std::optional<std::int64_t> apart = distance(load, store))
    return overlap(0, a.bytes, *apart, b.bytes) ? Clobber::kCertain : Clobber::kNone;
  if (frame_.contains(a) == frame_.contains(b)) return Clobber::kMay;
  // What lies above an object whose address is taken is a spill more often than a
  // part of it, and compilers know that no pointer leads to a spill.
  const MemoryOperand& own = frame_.contains(a) ? a : b;
  return exposure(own) == Exposure::kTaken ? Clobber::kMay : Clobber::kNone;
}

// From what the load reads to what the store writes, in bytes, when the registers
// of both hold the same but for a constant.
std::optional<std::int64_t> LoopValues::distance(std::uint32_t load, std::uint32_t store) const {
  const MemoryOperand& a = function_.insns[load].memory;
  const MemoryOperand& b = function_.insns[store].memory;
  const auto wrapped = [](std::uint64_t sum) { return static_cast<std::int64_t>(sum); };
  if (a.segment != b.segment) return std::nullopt;
  if (a.address != kNoAddress && b.address != kNoAddress) return wrapped(b.address - a.address);
  if (a.address != kNoAddress || b.address != kNoAddress) return std::nullopt;
  if ((a.base == kNoRegister) != (b.base == kNoRegister) ||
      (a.index == kNoRegister) != (b.index == kNoRegister) ||
      (a.index != kNoRegister && a.scale != b.scale))
    return std::nullopt;
  std::uint64_t apart =
      static_cast<std::uint64_t>(b.displacement) - static_cast<std::uint64_t>(a.displacement);
  const auto add = [&](Register of_load, Register of_store, std::uint64_t scale) {
    if (of_load == kNoRegister) return true;
    const std::optional<Anchor> from = flow_.anchor(of_load, load);
    const std::optional<Anchor> to = flow_.anchor(of_store, store);
    if (!from || !to || !from->same_base(*to)) return false;
    apart +=
        scale * (static_cast<std::uint64_t>(to->offset) - static_cast<std::uint64_t>(from->offset));
    return true;
  };
  if (!add(a.base, b.base, 1) || !add(a.index, b.index, a.scale)) return std::nullopt;
  return wrapped(apart);
}

}  // namespace asmforge

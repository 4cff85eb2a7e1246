#include "collect/callee_returns.h"

#include <algorithm>
#include <atomic>
#include <vector>

#include "isa/no_return.h"

namespace asmforge {
namespace {

// A wrapper of a wrapper of abort() is judged right; deeper nests count as returning.
constexpr unsigned kTopLevel = 2;

// An exploration that has not found a return by then is given up and counts as
// returning. Functions that never return are short.
constexpr unsigned kMostInstructions = 4000;

// Memo per function: two bits a level.
enum Answer : std::uint8_t { kNotAsked = 0, kReturns = 1, kNeverReturns = 2 };

}  // namespace

struct ReturnMemo::State {
  explicit State(std::size_t functions) : answers(functions) {}
  std::vector<std::atomic<std::uint8_t>> answers;
};

ReturnMemo::ReturnMemo(const Binary& binary)
    : state(std::make_unique<State>(binary.functions.size())) {}
ReturnMemo::~ReturnMemo() = default;

CalleeReturns::CalleeReturns(const Binary& binary, ReturnMemo& memo, Decoder& decoder)
    : binary_(binary), memo_(memo), decoder_(decoder) {}

bool CalleeReturns::never_returns(const Insn& call) {
  return call_never_returns(call, kTopLevel + 1);
}

bool CalleeReturns::call_never_returns(const Insn& call, unsigned level) {
  if (call.target != kNoAddress) return target_never_returns(call, call.target, level);
  if (call.memory.address == kNoAddress) return false;
  // call [rip + slot]: certain only when the slot is one that the loader fills
  // and nobody writes again.
  if (const Import* import = binary_.import_at(call.memory.address))
    return is_no_return_name(import->name);
  const Section* section = binary_.section_at(call.memory.address);
  if (section == nullptr || !section->name.starts_with(".got")) return false;
  const std::optional<std::uint64_t> target = binary_.pointer_at(call.memory.address);
  return target && target_never_returns(call, *target, level);
}

bool CalleeReturns::target_never_returns(const Insn& call, std::uint64_t target, unsigned level) {
  if (const Import* import = binary_.import_at(target)) return is_no_return_name(import->name);
  const FunctionEntry* entry = binary_.function_at(target);
  if (entry == nullptr) {
    const bool direct_call = call.is(InsnClass::kCall) && call.target == target;
    if (unknown_ != nullptr) unknown_->push_back({call.address, target, direct_call});
    return false;
  }
  if (!entry->name.empty() && is_no_return_name(entry->name)) return true;
  if (level == 0) return false;
  return function_never_returns(static_cast<std::uint32_t>(entry - binary_.functions.data()),
                                level - 1);
}

bool CalleeReturns::function_never_returns(std::uint32_t index, unsigned level) {
  std::atomic<std::uint8_t>& memo = memo_.state->answers[index];
  const auto answer_at = [](std::uint8_t bits, unsigned l) {
    return static_cast<Answer>((bits >> (2 * l)) & 3);
  };
  const Answer known = answer_at(memo.load(std::memory_order_relaxed), level);
  if (known != kNotAsked) return known == kNeverReturns;

  bool depended_on_callees = false;
  const bool never = explore(binary_.functions[index], level, depended_on_callees);
  // What did not hang on a callee holds at every level.
  std::uint8_t bits = 0;
  for (unsigned l = 0; l <= kTopLevel; ++l)
    if (l == level || !depended_on_callees)
      bits |= static_cast<std::uint8_t>((never ? kNeverReturns : kReturns) << (2 * l));
  memo.fetch_or(bits, std::memory_order_relaxed);
  return never;
}

// Follows the callee's instructions from its entry until a way out is found.
bool CalleeReturns::explore(const FunctionEntry& entry, unsigned level, bool& depended_on_callees) {
  std::vector<AddressRange> parts{{entry.address, entry.address + entry.size}};
  for (std::uint32_t i = 0; i < entry.cold_part_count; ++i)
    parts.push_back(binary_.cold_parts[entry.first_cold_part + i].range);
  const auto inside = [&](std::uint64_t address) {
    return std::any_of(parts.begin(), parts.end(),
                       [&](const AddressRange& part) { return part.contains(address); });
  };

  std::vector<std::uint64_t> to_visit{entry.address};
  std::vector<std::uint64_t> visited;  // block starts; few, so a linear search is quickest
  unsigned instructions = 0;
  while (!to_visit.empty()) {
    std::uint64_t address = to_visit.back();
    to_visit.pop_back();
    if (std::find(visited.begin(), visited.end(), address) != visited.end()) continue;
    visited.push_back(address);
    for (;;) {
      Insn insn;
      if (++instructions > kMostInstructions || !inside(address) ||
          !decoder_.decode_one(binary_.bytes_at(address, 16), address, insn))
        return false;
      if (insn.is(InsnClass::kReturn)) return false;
      if (insn.is(InsnClass::kTrap)) break;
      if (insn.is(InsnClass::kCall)) {
        const bool never = call_never_returns(insn, level);
        if (level != 0 || insn.target != kNoAddress) depended_on_callees = true;
        if (never) break;
      }
      if (insn.is(InsnClass::kJump)) {
        const bool stays = insn.target != kNoAddress && inside(insn.target);
        if (!stays) {
          depended_on_callees = true;
          if (!call_never_returns(insn, level)) return false;
        }
        if (stays) to_visit.push_back(insn.target);
        if (!insn.is(InsnClass::kConditional)) break;
      }
      address = insn.end();
    }
  }
  return true;
}

}  // namespace asmforge

#include "collect/readers/unnamed_code.h"

#include <algorithm>
#include <optional>

#include "collect/readers/code_flow.h"
#include "collect/readers/code_parts.h"
#include "collect/readers/code_scan.h"
#include "collect/readers/reader_storage.h"

namespace asmforge {
namespace {

using Kind = UnnamedCode::Kind;

// Whether a jump to `target` goes to where a part begins or to no part at all;
// cold parts jump back into the middle of one.
bool enters_at_begin(const Binary& binary, std::uint64_t target) {
  if (code_section_at(binary, target) == nullptr) return true;
  if (const FunctionEntry* named = binary.function_containing(target))
    return named->address == target;
  const std::optional<UnwindEntry> entry = storage_of(binary).unwind_entry_at(target);
  return entry && entry->begin == target && !entry->signal_frame;
}

// By the rules of cold_parts.h nothing that behaves so is a cold part, whoever
// jumps to it.
bool behaves_like_function(const Binary& binary, AddressRange range, Decoder& decoder) {
  const CodeFlow flow = flow_of(binary, range, decoder);
  if (!flow.returns && flow.jumps.empty()) return false;
  return std::all_of(flow.jumps.begin(), flow.jumps.end(),
                     [&](const JumpOut& jump) { return enters_at_begin(binary, jump.target); });
}

bool lies_in_function(const Binary& binary, std::uint64_t address) {
  return std::any_of(
      binary.functions.begin(), binary.functions.end(),
      [&](const FunctionEntry& entry) { return address - entry.address < entry.size; });
}

// Whether nothing else that is known begins in the range.
bool stands_alone(const Binary& binary, const UnwindEntry& entry) {
  const ReaderStorage& storage = storage_of(binary);
  const std::optional<UnwindEntry> before = storage.unwind_entry_at(entry.begin - 1);
  const std::optional<UnwindEntry> last = storage.unwind_entry_at(entry.end - 1);
  if ((before && before->end > entry.begin) || !last || last->begin != entry.begin) return false;
  const auto next = std::lower_bound(
      binary.functions.begin(), binary.functions.end(), entry.begin,
      [](const FunctionEntry& function, std::uint64_t a) { return function.address < a; });
  return next == binary.functions.end() || next->address >= entry.end;
}

}  // namespace

UnnamedCode unnamed_code_at(const Binary& binary, std::uint64_t address, bool called,
                            Decoder& decoder) {
  const Section* section = code_section_at(binary, address);
  if (section == nullptr || lies_in_function(binary, address)) return {Kind::kNothing, {}};
  const std::optional<UnwindEntry> entry = storage_of(binary).unwind_entry_at(address);
  // Code that no table knows is found by who calls it.
  if (!entry || code_section_at(binary, entry->begin) != section) return {};
  const AddressRange range{entry->begin, entry->end};
  if (range.end > section->address + section->size || entry->signal_frame ||
      lies_in_function(binary, range.begin) || !stands_alone(binary, *entry))
    return {};
  if (!is_callable(binary, *entry)) return {Kind::kColdPart, range};
  const bool entered = called && address == range.begin;
  if (entered || behaves_like_function(binary, range, decoder)) return {Kind::kFunction, range};
  const OutsideReferences references =
      references_from_outside(binary, range, {range.begin, range.begin + 1});
  const bool alone = references.called || references.jumps.empty();
  return {alone ? Kind::kFunction : Kind::kUndecided, range};
}

OutsideReferences references_from_outside(const Binary& binary, AddressRange range,
                                          AddressRange entries) {
  CodeAddresses wanted(binary);
  wanted.insert(entries);
  const Transfers transfers = scan_transfers(binary, wanted, CodeAddresses(binary));
  OutsideReferences references;
  for (std::uint64_t address = entries.begin; address < entries.end; ++address)
    references.called = references.called || transfers.called.contains(address);
  for (const Transfer& jump : transfers.jumps)
    if (!range.contains(jump.from)) references.jumps.push_back(jump.from);
  return references;
}

}  // namespace asmforge

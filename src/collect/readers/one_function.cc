// One function of a file of which only symbols are known, made as complete as if
// all functions were known, without looking at the rest of the file: its cold
// parts, and the functions without a symbol on which it depends whether a call
// comes back.
#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "collect/callee_returns.h"
#include "collect/open.h"
#include "collect/readers/code_flow.h"
#include "collect/readers/code_parts.h"
#include "collect/readers/reader_storage.h"

namespace asmforge {
namespace {

std::string_view cold_label_at(const Binary& binary, std::uint64_t address) {
  const auto first = std::lower_bound(
      binary.symbols.begin(), binary.symbols.end(), address,
      [](const Symbol& symbol, std::uint64_t wanted) { return symbol.address < wanted; });
  for (auto symbol = first; symbol != binary.symbols.end() && symbol->address == address; ++symbol)
    if (is_cold_label(symbol->name)) return symbol->name;
  return {};
}

class Completer {
 public:
  Completer(Binary& binary, std::uint32_t index)
      : binary_(binary),
        storage_(storage_of(binary)),
        decoder_(binary.isa),
        begin_(binary.functions[index].address) {}

  bool run() {
    find_cold_parts();
    publish();
    // A function that is added may lead to others that are not known; callees are
    // judged a few levels deep.
    constexpr int kMostRounds = 8;
    for (int round = 0; round < kMostRounds; ++round) {
      const std::vector<CalleeReturns::UnknownTarget> unknown = unknown_targets();
      if (unknown.empty()) return landing_pads_are_known();
      for (const CalleeReturns::UnknownTarget& target : unknown)
        if (!add(target)) return false;
      publish();
    }
    return false;
  }

  [[nodiscard]] std::uint32_t index() const {
    return static_cast<std::uint32_t>(function() - binary_.functions.data());
  }

 private:
  // Compilers split a function in two, BOLT in a few; the bound is for hostile files.
  static constexpr std::size_t kMostParts = 64;

  [[nodiscard]] const FunctionEntry* function() const { return binary_.function_at(begin_); }
  [[nodiscard]] AddressRange hot_range() const { return {begin_, begin_ + function()->size}; }
  [[nodiscard]] bool inside(std::uint64_t address) const {
    const auto found = cold_.find(begin_);
    return hot_range().contains(address) ||
           (found != cold_.end() &&
            std::any_of(found->second.begin(), found->second.end(),
                        [&](const AddressRange& part) { return part.contains(address); }));
  }

  void find_cold_parts() {
    std::vector<AddressRange>& found = cold_[begin_];
    follow(flow_of(binary_, hot_range(), decoder_), found);
    for (std::size_t i = 0; i < found.size(); ++i)
      follow(flow_of(binary_, found[i], decoder_), found);
    if (found.empty()) cold_.erase(begin_);
  }

  void follow(const CodeFlow& flow, std::vector<AddressRange>& found) {
    for (const JumpOut& jump : flow.jumps) {
      if (found.size() == kMostParts) return;
      if (const std::optional<AddressRange> part = cold_part_at(jump)) found.push_back(*part);
    }
  }

  // By the rules of cold_parts.h, as far as they can be decided from here.
  std::optional<AddressRange> cold_part_at(const JumpOut& jump) {
    if (inside(jump.target) || code_section_at(binary_, jump.target) == nullptr)
      return std::nullopt;
    const std::optional<UnwindEntry> entry = storage_.unwind_entry_at(jump.target);
    if (!entry || entry->signal_frame || inside(entry->begin)) return std::nullopt;
    const FunctionEntry* named = binary_.function_at(entry->begin);
    if (named != nullptr && !is_cold_label(named->name)) return std::nullopt;
    const AddressRange range{entry->begin, entry->end};
    if (!is_callable(binary_, *entry)) return range;
    if (entry->begin != jump.target) return std::nullopt;
    const CodeFlow flow = flow_of(binary_, range, decoder_);
    const bool goes_back =
        std::any_of(flow.jumps.begin(), flow.jumps.end(), [&](const JumpOut& back) {
          return hot_range().contains(back.target) && back.target != begin_;
        });
    const bool ends = !flow.returns && flow.jumps.empty();
    return goes_back || (ends && jump.conditional) ? std::optional(range) : std::nullopt;
  }

  // Everything that the function calls or jumps to, and that answers about its
  // callees were based on, without being known.
  std::vector<CalleeReturns::UnknownTarget> unknown_targets() {
    std::vector<CalleeReturns::UnknownTarget> unknown;
    ReturnMemo memo(binary_);
    Decoder for_callees(binary_.isa);
    CalleeReturns callees(binary_, memo, for_callees);
    callees.record_unknown_targets(&unknown);
    std::vector<AddressRange> parts = {hot_range()};
    if (const auto found = cold_.find(begin_); found != cold_.end())
      parts.insert(parts.end(), found->second.begin(), found->second.end());
    for (const AddressRange& part : parts) {
      const auto bytes = binary_.bytes_at(part.begin, part.size());
      Insn insn;
      for (std::uint64_t offset = 0; offset < bytes.size();) {
        if (!decoder_.decode_one(bytes.subspan(offset), part.begin + offset, insn)) {
          ++offset;
          continue;
        }
        offset += insn.size;
        const bool leaves =
            insn.is(InsnClass::kCall) || (insn.is(InsnClass::kJump) && !inside(insn.target));
        if (leaves) callees.never_returns(insn);
      }
    }
    return unknown;
  }

  // A function, or a cold part of the callee that jumps there. False when only the
  // whole file tells what it is.
  bool add(const CalleeReturns::UnknownTarget& target) {
    if (target.to == target.from || binary_.function_at(target.to) != nullptr) return true;
    const std::optional<UnwindEntry> entry = storage_.unwind_entry_at(target.to);
    if (!entry || code_section_at(binary_, entry->begin) == nullptr) return false;
    if (is_callable(binary_, *entry) && !entry->signal_frame) {
      if (entry->begin != target.to) return false;
      added_[entry->begin] = {.address = entry->begin,
                              .size = entry->end - entry->begin,
                              .name = {},
                              .origin = FunctionOrigin::kUnwindTable};
      return true;
    }
    const FunctionEntry* owner = binary_.function_containing(target.from);
    if (owner == nullptr) return false;
    std::vector<AddressRange>& parts = cold_[owner->address];
    if (parts.size() == kMostParts) return false;
    const AddressRange range{entry->begin, entry->end};
    if (std::find(parts.begin(), parts.end(), range) == parts.end()) parts.push_back(range);
    return true;
  }

  [[nodiscard]] bool landing_pads_are_known() const {
    const std::vector<LandingPad> pads = binary_.landing_pads(begin_);
    return std::all_of(pads.begin(), pads.end(),
                       [&](const LandingPad& pad) { return inside(pad.address); });
  }

  // Writes what was found into the Binary.
  void publish() {
    std::vector<FunctionEntry>& functions = binary_.functions;
    for (const auto& [address, entry] : added_) functions.push_back(entry);
    if (!added_.empty())
      std::sort(
          functions.begin(), functions.end(),
          [](const FunctionEntry& a, const FunctionEntry& b) { return a.address < b.address; });
    added_.clear();
    binary_.cold_parts.clear();
    auto next = cold_.begin();
    for (FunctionEntry& entry : functions) {
      entry.first_cold_part = static_cast<std::uint32_t>(binary_.cold_parts.size());
      entry.cold_part_count = 0;
      if (next == cold_.end() || next->first != entry.address) continue;
      for (const AddressRange& part : next->second)
        binary_.cold_parts.push_back({part, cold_label_at(binary_, part.begin)});
      entry.cold_part_count = static_cast<std::uint32_t>(next->second.size());
      ++next;
    }
    binary_.index_cold_parts();
  }

  Binary& binary_;
  const ReaderStorage& storage_;
  Decoder decoder_;
  std::uint64_t begin_;
  std::map<std::uint64_t, std::vector<AddressRange>> cold_;  // by their function
  std::map<std::uint64_t, FunctionEntry> added_;             // since the last publish
};

}  // namespace

std::optional<std::uint32_t> complete_function(Binary& binary, std::uint32_t function_index) {
  AF_CHECK(function_index < binary.functions.size() && binary.cold_parts.empty());
  Completer completer(binary, function_index);
  if (!completer.run()) return std::nullopt;
  return completer.index();
}

}  // namespace asmforge

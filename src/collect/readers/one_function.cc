// One function of a file of which only symbols are known, made as complete as if
// all functions were known, without looking at the rest of the file: its cold
// parts, and the functions without a symbol on which it depends whether a call
// comes back.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "collect/callee_returns.h"
#include "collect/open.h"
#include "collect/readers/code_flow.h"
#include "collect/readers/code_parts.h"
#include "collect/readers/reader_storage.h"
#include "collect/readers/unnamed_code.h"
#include "isa/isa.h"

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
  explicit Completer(Binary& binary)
      : binary_(binary), storage_(storage_of(binary)), decoder_(binary.isa) {}

  bool run(std::uint64_t address) {
    if (!find_function(address)) return false;
    publish();
    find_cold_parts();
    if (!decided_) return false;
    add_functions_in_tables();
    publish();
    // A function that is added may lead to others that are not known; callees are
    // judged a few levels deep.
    constexpr int kMostRounds = 8;
    for (int round = 0; round < kMostRounds; ++round) {
      const std::vector<CalleeReturns::UnknownTarget> unknown = unknown_targets();
      if (unknown.empty()) return true;
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

  // Sets begin_ to where the function that holds the address begins.
  bool find_function(std::uint64_t address) {
    if (const FunctionEntry* named = binary_.function_containing(address)) {
      begin_ = named->address;
      // Where a symbol without a size ends, and what only is called a cold part, is
      // decided by what else is known.
      return named->size_known && !is_cold_label(named->name);
    }
    const UnnamedCode code = unnamed_code_at(binary_, address, false, decoder_);
    if (code.kind != UnnamedCode::Kind::kFunction) return false;
    begin_ = code.range.begin;
    add_function(code.range);
    return true;
  }

  void find_cold_parts() {
    std::vector<AddressRange>& found = cold_[begin_];
    follow(hot_range(), found);
    for (std::size_t i = 0; i < found.size(); ++i) follow(found[i], found);
    if (found.empty()) cold_.erase(begin_);
  }

  // Adds the cold parts to which a part of the function leads.
  void follow(AddressRange part, std::vector<AddressRange>& found) {
    const auto add_part = [&](const std::optional<AddressRange>& cold) {
      if (cold && found.size() < kMostParts) found.push_back(*cold);
    };
    for (const JumpOut& jump : flow_of(binary_, part, decoder_).jumps) add_part(cold_part_at(jump));
    for (const LandingPad& pad : binary_.landing_pads(part.begin))
      add_part(landing_part_at(pad.address));
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
    if (!goes_back && !(ends && jump.conditional)) return std::nullopt;
    const OutsideReferences references =
        references_from_outside(binary_, range, {range.begin, range.begin + 1});
    if (references.called) return std::nullopt;
    note_other_sources(references);
    return range;
  }

  // A cold part that only exceptions lead to.
  std::optional<AddressRange> landing_part_at(std::uint64_t pad) {
    if (inside(pad)) return std::nullopt;
    const UnnamedCode code = unnamed_code_at(binary_, pad, false, decoder_);
    if (code.kind == UnnamedCode::Kind::kUndecided) decided_ = false;
    if (code.kind != UnnamedCode::Kind::kColdPart) return std::nullopt;
    note_other_sources(references_from_outside(binary_, code.range, code.range));
    return code.range;
  }

  // Somebody else who jumps to the part could own it.
  void note_other_sources(const OutsideReferences& references) {
    decided_ = decided_ && std::all_of(references.jumps.begin(), references.jumps.end(),
                                       [&](std::uint64_t from) { return inside(from); });
  }

  template <class Visit>
  void for_each_insn(Visit visit) {
    std::vector<AddressRange> parts = {hot_range()};
    if (const auto found = cold_.find(begin_); found != cold_.end())
      parts.insert(parts.end(), found->second.begin(), found->second.end());
    for (const AddressRange& part : parts) {
      const auto bytes = binary_.bytes_at(part.begin, part.size());
      Insn insn;
      for (std::uint64_t offset = 0; offset < bytes.size();) {
        if (decoder_.decode_one(bytes.subspan(offset), part.begin + offset, insn)) {
          offset += insn.size;
          visit(insn);
        } else {
          offset += facts_of(binary_.isa).insn_alignment;
        }
      }
    }
  }

  // A jump table may end in functions, by which its entries are known to be code.
  void add_functions_in_tables() {
    bool jumps = false;
    std::set<std::uint64_t> tables;
    for_each_insn([&](const Insn& insn) {
      jumps = jumps || insn.classes.has_all(InsnClass::kJump | InsnClass::kIndirect);
      if (!insn.memory.present) return;
      // jmp [rax * 8 + table]
      const auto displacement = static_cast<std::uint64_t>(insn.memory.displacement);
      tables.insert(insn.memory.address != kNoAddress ? insn.memory.address : displacement);
    });
    if (!jumps) return;
    for (const std::uint64_t table : tables) {
      const Section* section = binary_.section_at(table);
      if (section == nullptr || section->executable) continue;
      add_functions_in_table(4, [&](std::uint64_t entry) -> std::optional<std::uint64_t> {
        const auto distance = binary_.read_unsigned(table + entry, 4);
        if (!distance) return std::nullopt;
        return table +
               static_cast<std::uint64_t>(std::int64_t{static_cast<std::int32_t>(*distance)});
      });
      add_functions_in_table(
          8, [&](std::uint64_t entry) { return binary_.pointer_at(table + entry); });
    }
  }

  // As far as entries look like code.
  template <class Target>
  void add_functions_in_table(std::uint64_t entry_bytes, Target target_of) {
    constexpr std::uint64_t kMostEntries = 4096;
    for (std::uint64_t i = 0; i < kMostEntries; ++i) {
      const std::optional<std::uint64_t> target = target_of(i * entry_bytes);
      if (!target || code_section_at(binary_, *target) == nullptr) return;
      const std::optional<UnwindEntry> entry = storage_.unwind_entry_at(*target);
      if (!entry || entry->begin != *target || inside(*target) ||
          binary_.function_at(*target) != nullptr || added_.contains(*target))
        continue;
      const UnnamedCode code = unnamed_code_at(binary_, *target, false, decoder_);
      if (code.kind == UnnamedCode::Kind::kFunction) add_function(code.range);
    }
  }

  // Everything that the function calls or jumps to, and that answers about its
  // callees were based on, without being known.
  std::vector<CalleeReturns::UnknownTarget> unknown_targets() {
    std::vector<CalleeReturns::UnknownTarget> unknown;
    ReturnMemo memo(binary_);
    Decoder for_callees(binary_.isa);
    CalleeReturns callees(binary_, memo, for_callees);
    callees.record_unknown_targets(&unknown);
    for_each_insn([&](const Insn& insn) {
      const bool leaves =
          insn.is(InsnClass::kCall) || (insn.is(InsnClass::kJump) && !inside(insn.target));
      if (leaves) callees.never_returns(insn);
    });
    std::erase_if(unknown, [&](const CalleeReturns::UnknownTarget& target) {
      return settled_.contains(target.to);
    });
    return unknown;
  }

  // A function, or a cold part of the callee that jumps there. False when only the
  // whole file tells what it is.
  bool add(const CalleeReturns::UnknownTarget& target) {
    if (target.to == target.from || binary_.function_at(target.to) != nullptr) return true;
    const UnnamedCode code = unnamed_code_at(binary_, target.to, target.called, decoder_);
    switch (code.kind) {
      case UnnamedCode::Kind::kUndecided: return false;
      case UnnamedCode::Kind::kNothing: settled_.insert(target.to); return true;
      case UnnamedCode::Kind::kFunction:
        // In its middle no function begins.
        settled_.insert(target.to);
        if (code.range.begin == target.to) add_function(code.range);
        return true;
      case UnnamedCode::Kind::kColdPart: break;
    }
    const FunctionEntry* owner = binary_.function_containing(target.from);
    if (owner == nullptr) return false;
    std::vector<AddressRange>& parts = cold_[owner->address];
    if (parts.size() == kMostParts) return false;
    if (std::find(parts.begin(), parts.end(), code.range) == parts.end())
      parts.push_back(code.range);
    return true;
  }

  void add_function(AddressRange range) {
    added_[range.begin] = {.address = range.begin,
                           .size = range.size(),
                           .name = {},
                           .origin = FunctionOrigin::kUnwindTable};
  }

  // Writes what was found into the Binary.
  void publish() {
    std::vector<FunctionEntry>& functions = binary_.functions;
    // Few: sorting all of them anew would take longer than everything else here.
    for (const auto& [address, entry] : added_)
      functions.insert(std::upper_bound(functions.begin(), functions.end(), address,
                                        [](std::uint64_t wanted, const FunctionEntry& known) {
                                          return wanted < known.address;
                                        }),
                       entry);
    added_.clear();
    binary_.cold_parts.clear();
    for (auto& [owner, parts] : cold_)
      std::sort(parts.begin(), parts.end(),
                [](const AddressRange& a, const AddressRange& b) { return a.begin < b.begin; });
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
  std::uint64_t begin_ = 0;
  bool decided_ = true;  // false: only the whole file tells whose a cold part is
  std::map<std::uint64_t, std::vector<AddressRange>> cold_;  // by their function
  std::map<std::uint64_t, FunctionEntry> added_;             // since the last publish
  std::set<std::uint64_t> settled_;  // targets of which all is known that can be
};

}  // namespace

std::optional<std::uint32_t> complete_function(Binary& binary, std::uint64_t address) {
  AF_CHECK(binary.cold_parts.empty());
  Completer completer(binary);
  if (!completer.run(address)) return std::nullopt;
  return completer.index();
}

}  // namespace asmforge

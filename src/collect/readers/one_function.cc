// The cold parts of a single function, found by following its jumps, so that
// nothing else of a big file is looked at.
#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "collect/open.h"
#include "collect/readers/code_flow.h"
#include "collect/readers/code_parts.h"
#include "collect/readers/reader_storage.h"

namespace asmforge {
namespace {

class PartFinder {
 public:
  PartFinder(const Binary& binary, const FunctionEntry& function)
      : binary_(binary),
        storage_(storage_of(binary)),
        decoder_(binary.isa),
        function_({function.address, function.address + function.size}) {}

  std::vector<AddressRange> run() {
    follow(flow_of(binary_, function_, decoder_));
    for (std::size_t i = 0; i < found_.size(); ++i) follow(flow_of(binary_, found_[i], decoder_));
    return found_;
  }

 private:
  // Compilers split a function in two, BOLT in a few; the bound is for hostile files.
  static constexpr std::size_t kMostParts = 64;

  void follow(const CodeFlow& flow) {
    for (const JumpOut& jump : flow.jumps) {
      if (found_.size() == kMostParts) return;
      if (const std::optional<AddressRange> part = cold_part_at(jump)) found_.push_back(*part);
    }
  }

  [[nodiscard]] bool known(std::uint64_t address) const {
    return function_.contains(address) ||
           std::any_of(found_.begin(), found_.end(),
                       [&](const AddressRange& part) { return part.contains(address); });
  }

  // By the rules of cold_parts.h, as far as they can be decided from here.
  std::optional<AddressRange> cold_part_at(const JumpOut& jump) {
    if (known(jump.target) || code_section_at(binary_, jump.target) == nullptr) return std::nullopt;
    const std::optional<UnwindEntry> entry = storage_.unwind_entry_at(jump.target);
    if (!entry || entry->signal_frame || known(entry->begin)) return std::nullopt;
    const FunctionEntry* named = binary_.function_at(entry->begin);
    if (named != nullptr && !is_cold_label(named->name)) return std::nullopt;
    const AddressRange range{entry->begin, entry->end};
    if (!is_callable(binary_, *entry)) return range;
    if (entry->begin != jump.target) return std::nullopt;
    const CodeFlow flow = flow_of(binary_, range, decoder_);
    const bool goes_back =
        std::any_of(flow.jumps.begin(), flow.jumps.end(), [&](const JumpOut& back) {
          return function_.contains(back.target) && back.target != function_.begin;
        });
    const bool ends = !flow.returns && flow.jumps.empty();
    return goes_back || (ends && jump.conditional) ? std::optional(range) : std::nullopt;
  }

  const Binary& binary_;
  const ReaderStorage& storage_;
  Decoder decoder_;
  AddressRange function_;
  std::vector<AddressRange> found_;
};

std::string_view cold_label_at(const Binary& binary, std::uint64_t address) {
  const auto first = std::lower_bound(
      binary.symbols.begin(), binary.symbols.end(), address,
      [](const Symbol& symbol, std::uint64_t wanted) { return symbol.address < wanted; });
  for (auto symbol = first; symbol != binary.symbols.end() && symbol->address == address; ++symbol)
    if (is_cold_label(symbol->name)) return symbol->name;
  return {};
}

}  // namespace

void find_cold_parts_of(Binary& binary, std::uint32_t function_index) {
  AF_CHECK(function_index < binary.functions.size() && binary.cold_parts.empty());
  FunctionEntry& function = binary.functions[function_index];
  for (const AddressRange& part : PartFinder(binary, function).run())
    binary.cold_parts.push_back({part, cold_label_at(binary, part.begin)});
  function.cold_part_count = static_cast<std::uint32_t>(binary.cold_parts.size());
  for (std::size_t i = function_index + 1; i < binary.functions.size(); ++i)
    binary.functions[i].first_cold_part = function.cold_part_count;
  binary.index_cold_parts();
}

}  // namespace asmforge

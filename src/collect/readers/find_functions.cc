#include "collect/readers/find_functions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "collect/readers/call_targets.h"
#include "collect/readers/code_parts.h"
#include "collect/readers/code_scan.h"
#include "collect/readers/cold_parts.h"
#include "mc/decoder.h"

namespace asmforge {
namespace {

// A hostile symbol table can make a million functions of the same megabyte; real
// ones overlap a little (several entries into hand-written assembly).
void cut_overlaps(Binary& binary, std::vector<CodePart>& parts) {
  constexpr std::uint64_t kMostCoverage = 4;
  std::uint64_t code = 0;
  for (const Section& section : binary.sections)
    if (section.executable) code += section.size;
  std::uint64_t covered = 0;
  for (const CodePart& part : parts) covered += std::min(part.size(), code);
  const bool all = covered > kMostCoverage * code;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i)
    if (all || parts[i].may_be_cold) parts[i].end = std::min(parts[i].end, parts[i + 1].begin);
  if (all)
    binary.notes.emplace_back("the sizes of functions overlap: each was cut where the next begins");
}

// The few words that align the next function: nops or zeros.
bool is_aarch64_padding(const Binary& binary, AddressRange gap) {
  constexpr std::uint64_t kAlignment = 64;
  constexpr std::uint32_t kNop = 0xd503201f;
  const ElfTable<std::uint32_t> words(binary.bytes_at(gap.begin, gap.size()));
  if (gap.size() >= kAlignment) return false;
  for (std::size_t i = 0; i < words.size(); ++i)
    if (words[i] != kNop && words[i] != 0) return false;
  return true;
}

// The few bytes that align the next function: nops, int3 or zeros.
bool is_padding(const Binary& binary, AddressRange gap) {
  if (binary.isa == Isa::kAarch64) return is_aarch64_padding(binary, gap);
  constexpr std::uint64_t kAlignment = 16;
  constexpr std::array<std::uint8_t, 6> kFirstBytes = {0x90, 0x66, 0x0f, 0x2e, 0xcc, 0x00};
  if (gap.size() >= kAlignment) return false;
  const std::uint64_t first = binary.read_unsigned(gap.begin, 1).value_or(0);
  return std::find(kFirstBytes.begin(), kFirstBytes.end(), first) != kFirstBytes.end();
}

Transfers transfers_of_interest(const Binary& binary, const std::vector<CodePart>& parts) {
  CodeAddresses entries(binary);
  CodeAddresses uncovered(binary);
  // A cold part may be entered anywhere, a function at its begin.
  for (const CodePart& part : parts)
    if (part.may_be_cold)
      entries.insert({part.begin, part.frame_is_fresh ? part.begin + 1 : part.end});
  for (const AddressRange& gap : uncovered_code(binary, parts))
    if (!is_padding(binary, gap)) uncovered.insert(gap);
  return scan_transfers(binary, entries, uncovered);
}

void publish(const std::vector<CodePart>& parts, Binary& binary) {
  std::vector<std::uint32_t> cold;
  for (std::uint32_t i = 0; i < parts.size(); ++i)
    if (parts[i].parent != kNoIndex) cold.push_back(i);
  std::sort(cold.begin(), cold.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::tie(parts[a].parent, a) < std::tie(parts[b].parent, b);
  });
  binary.functions.reserve(parts.size() - cold.size());
  auto next_cold = cold.begin();
  for (std::uint32_t i = 0; i < parts.size(); ++i) {
    const CodePart& part = parts[i];
    if (!part.is_function()) continue;
    FunctionEntry function{.address = part.begin,
                           .size = part.size(),
                           .name = part.name,
                           .origin = part.origin,
                           .size_known = part.size_known,
                           .first_cold_part = static_cast<std::uint32_t>(binary.cold_parts.size()),
                           .alias_count = part.alias_count};
    for (; next_cold != cold.end() && parts[*next_cold].parent == i; ++next_cold) {
      binary.cold_parts.push_back({parts[*next_cold].range(), parts[*next_cold].name});
      ++function.cold_part_count;
    }
    binary.functions.push_back(function);
  }
  binary.index_cold_parts();
}

// "no symbol table: 812 functions from dynamic symbols, 14203 from the unwind table"
void note_sources(Binary& binary) {
  if (binary.has_symbol_table) return;
  std::array<std::size_t, 6> by_origin = {};
  for (const FunctionEntry& function : binary.functions)
    ++by_origin[static_cast<std::size_t>(function.origin)];
  struct Source {
    FunctionOrigin origin;
    std::string_view name;
  };
  constexpr std::array kSources = {Source{FunctionOrigin::kDynamicSymbol, "names in .dynsym"},
                                   Source{FunctionOrigin::kUnwindTable, ".eh_frame"},
                                   Source{FunctionOrigin::kEntryPoint, "entry points"},
                                   Source{FunctionOrigin::kCallTarget, "calls"}};
  std::vector<std::string> counts;
  for (const Source& source : kSources)
    if (const std::size_t count = by_origin[static_cast<std::size_t>(source.origin)]; count != 0)
      counts.push_back(fmt::format("{} from {}", count, source.name));
  binary.notes.push_back(
      fmt::format("no symbol table: found {} functions ({}); those without a name go by "
                  "their address",
                  binary.functions.size(), fmt::join(counts, ", ")));
}

void note_leftovers(const UnwindTable& unwind, const std::vector<CodePart>& parts, Binary& binary) {
  if (unwind.unreadable != 0)
    binary.notes.push_back(
        fmt::format("{} entries of .eh_frame could not be read", unwind.unreadable));
  const auto orphans = std::count_if(parts.begin(), parts.end(), [](const CodePart& part) {
    return part.parent == kNoIndex && !part.frame_is_fresh;
  });
  if (orphans != 0)
    binary.notes.push_back(
        fmt::format("{} cold parts belong to functions that could not be found", orphans));
  // Gaps between functions are padding.
  constexpr std::uint64_t kLongestPadding = 64;
  std::uint64_t unknown = 0;
  for (const AddressRange& range : uncovered_code(binary, parts))
    if (range.size() > kLongestPadding) unknown += range.size();
  if (unknown != 0)
    binary.notes.push_back(fmt::format(
        "{} bytes of code or data in code sections belong to no known function", unknown));
}

}  // namespace

void find_functions_in_symbols(const ReaderStorage& storage, Binary& binary) {
  std::vector<CodePart> parts = collect_code_parts(binary, nullptr);
  for (CodePart& part : parts) {
    if (!is_cold_label(part.name)) continue;
    const std::optional<UnwindEntry> entry = storage.unwind_entry_at(part.begin);
    part.frame_is_fresh = !entry || is_callable(binary, *entry);
  }
  cut_overlaps(binary, parts);
  publish(parts, binary);
}

void find_functions(const UnwindTable& unwind, Binary& binary) {
  std::vector<CodePart> parts = collect_code_parts(binary, &unwind);
  cut_overlaps(binary, parts);
  Decoder decoder(binary.isa);
  measure_entry_points(binary, decoder, parts);
  const Transfers transfers = transfers_of_interest(binary, parts);
  add_call_targets(binary, transfers.elsewhere, decoder, parts);
  join_cold_parts(binary, unwind, transfers, decoder, parts);  // by index, so parts are final
  publish(parts, binary);
  note_sources(binary);
  note_leftovers(unwind, parts, binary);
}

}  // namespace asmforge

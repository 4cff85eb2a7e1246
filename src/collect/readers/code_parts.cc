#include "collect/readers/code_parts.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "collect/readers/imports.h"

namespace asmforge {
namespace {

// One reason to believe that code starts at an address.
struct Candidate {
  std::uint64_t address = 0;
  std::uint64_t size = 0;  // 0: unknown
  std::string_view name;
  FunctionOrigin origin = FunctionOrigin::kSymbol;
  bool global = false;
  bool frame_is_fresh = true;
};

bool comes_before(const Candidate& a, const Candidate& b) {
  if (a.address != b.address) return a.address < b.address;
  if (a.origin != b.origin) return a.origin < b.origin;
  if (a.global != b.global) return a.global;
  if (a.size != b.size) return a.size > b.size;
  return a.name < b.name;
}

void add_symbols(const Binary& binary, std::vector<Candidate>& candidates) {
  for (const Symbol& symbol : binary.symbols) {
    const bool function =
        symbol.kind == SymbolKind::kFunction || symbol.kind == SymbolKind::kIndirectFunction;
    // Hand-written assembly often gives its global labels no type.
    const bool label = symbol.kind == SymbolKind::kOther && symbol.global && !symbol.name.empty();
    if ((!function && !label) || code_section_at(binary, symbol.address) == nullptr) continue;
    candidates.push_back({symbol.address, symbol.size, symbol.name,
                          symbol.dynamic ? FunctionOrigin::kDynamicSymbol : FunctionOrigin::kSymbol,
                          symbol.global});
  }
}

void add_unwind_entries(const Binary& binary, const UnwindTable& unwind,
                        std::vector<Candidate>& candidates) {
  for (const UnwindEntry& entry : unwind.entries) {
    if (code_section_at(binary, entry.begin) == nullptr) continue;
    Candidate candidate{entry.begin, entry.end - entry.begin, {}, FunctionOrigin::kUnwindTable};
    candidate.frame_is_fresh = is_callable(binary, entry);
    if (entry.signal_frame) {
      // The kernel enters it. Unwinders look one byte before a return address, so
      // such an entry begins one byte before the code.
      ++candidate.address;
      --candidate.size;
      candidate.frame_is_fresh = true;
    }
    candidates.push_back(candidate);
  }
}

// Sections of pointers to functions that run before or after main; relocatables
// append a priority to the name.
constexpr std::string_view kFunctionArrays[] = {".init_array", ".fini_array", ".preinit_array"};

void add_entry_points(const Binary& binary, std::vector<Candidate>& candidates) {
  const auto add = [&](std::uint64_t address) {
    if (code_section_at(binary, address) != nullptr)
      candidates.push_back({address, 0, {}, FunctionOrigin::kEntryPoint});
  };
  if (binary.entry_point != 0) add(binary.entry_point);
  for (const Section& section : binary.sections) {
    if (section.name == ".init" || section.name == ".fini") add(section.address);
    const bool array =
        std::any_of(std::begin(kFunctionArrays), std::end(kFunctionArrays),
                    [&](std::string_view prefix) { return section.name.starts_with(prefix); });
    if (!array) continue;
    for (std::uint64_t offset = 0; offset + 8 <= section.bytes.size(); offset += 8)
      if (const std::optional<std::uint64_t> target = binary.pointer_at(section.address + offset))
        add(*target);
  }
}

// Where code of unknown size must end: known starts, data in code sections.
std::uint64_t next_boundary(const Binary& binary, const std::vector<Candidate>& candidates,
                            std::uint64_t address) {
  const Section* section = code_section_at(binary, address);
  std::uint64_t boundary = section->address + section->size;
  const auto next = std::upper_bound(
      candidates.begin(), candidates.end(), address,
      [](std::uint64_t wanted, const Candidate& candidate) { return wanted < candidate.address; });
  if (next != candidates.end()) boundary = std::min(boundary, next->address);
  auto symbol = std::upper_bound(
      binary.symbols.begin(), binary.symbols.end(), address,
      [](std::uint64_t wanted, const Symbol& known) { return wanted < known.address; });
  for (; symbol != binary.symbols.end() && symbol->address < boundary; ++symbol)
    if (symbol->kind == SymbolKind::kObject && code_section_at(binary, symbol->address) != nullptr)
      return symbol->address;
  return boundary;
}

// The candidates [first, last) of one address as one part.
CodePart merge(std::vector<Candidate>::const_iterator first,
               std::vector<Candidate>::const_iterator last) {
  const Candidate& best = *first;
  CodePart part{
      .begin = best.address, .end = best.address, .name = best.name, .origin = best.origin};
  std::uint64_t size = 0;
  bool has_unwind_entry = false;
  bool entry_point = false;
  std::string_view last_name = best.name;
  for (auto candidate = first; candidate != last; ++candidate) {
    if (size == 0) size = candidate->size;
    if (candidate->origin == FunctionOrigin::kUnwindTable) {
      has_unwind_entry = true;
      part.frame_is_fresh = candidate->frame_is_fresh;
    }
    entry_point = entry_point || candidate->origin == FunctionOrigin::kEntryPoint;
    if (candidate->name.empty() || candidate->name == last_name) continue;
    last_name = candidate->name;
    ++part.alias_count;
  }
  part.end += size;
  const bool unnamed = part.name.empty() || is_cold_label(part.name);
  part.may_be_cold = has_unwind_entry && unnamed && !entry_point;
  // A real name or the file's header outweighs what the unwind table says.
  if (!part.may_be_cold) part.frame_is_fresh = true;
  return part;
}

// What is ascending in address already needs little more.
void sort_within_addresses(std::vector<Candidate>& candidates) {
  for (auto first = candidates.begin(); first != candidates.end();) {
    const auto last = std::find_if(first, candidates.end(), [&](const Candidate& candidate) {
      return candidate.address != first->address;
    });
    if (last - first > 1) std::sort(first, last, comes_before);
    first = last;
  }
}

// Symbols and unwind entries are in order already; merging them is cheaper than
// sorting all.
std::vector<Candidate> sorted_candidates(const Binary& binary, const UnwindTable* unwind) {
  std::vector<Candidate> symbols;
  symbols.reserve(binary.symbols.size());
  add_symbols(binary, symbols);
  sort_within_addresses(symbols);
  if (unwind == nullptr) return symbols;
  std::vector<Candidate> entries;
  add_entry_points(binary, entries);
  std::sort(entries.begin(), entries.end(), comes_before);
  std::vector<Candidate> unwound;
  add_unwind_entries(binary, *unwind, unwound);
  std::vector<Candidate> both;
  both.reserve(symbols.size() + unwound.size());
  std::merge(symbols.begin(), symbols.end(), unwound.begin(), unwound.end(),
             std::back_inserter(both), comes_before);
  std::vector<Candidate> all;
  all.reserve(both.size() + entries.size());
  std::merge(both.begin(), both.end(), entries.begin(), entries.end(), std::back_inserter(all),
             comes_before);
  return all;
}

}  // namespace

const Section* code_section_at(const Binary& binary, std::uint64_t address) {
  const Section* section = binary.section_at(address);
  return section != nullptr && section->executable && !is_plt(section->name) ? section : nullptr;
}

bool is_callable(const Binary& binary, const UnwindEntry& entry) {
  constexpr std::uint64_t kNop = 0x90;
  const bool landing_pad =
      entry.stale_after_one_byte && binary.read_unsigned(entry.begin, 1) == kNop;
  return entry.frame_is_fresh && !landing_pad;
}

bool is_cold_label(std::string_view name) {
  constexpr std::string_view kCold = ".cold";
  // From the end, because most names are long: "f.cold.12".
  const std::size_t digits = name.find_last_not_of("0123456789");
  if (digits == std::string_view::npos) return false;
  if (digits + 1 != name.size()) {
    if (name[digits] != '.') return false;
    name = name.substr(0, digits);
  }
  return name.size() > kCold.size() && name.ends_with(kCold);
}

std::vector<CodePart> collect_code_parts(const Binary& binary, const UnwindTable* unwind) {
  const std::vector<Candidate> candidates = sorted_candidates(binary, unwind);

  std::vector<CodePart> parts;
  parts.reserve(candidates.size());
  std::uint64_t covered_until = 0;
  for (auto first = candidates.cbegin(); first != candidates.cend();) {
    const auto last = std::find_if(first, candidates.cend(), [&](const Candidate& candidate) {
      return candidate.address != first->address;
    });
    CodePart part = merge(first, last);
    first = last;
    // What lies inside a known function is none itself unless a symbol with a size
    // says so: a label, an FDE of hand-written assembly, an entry in the middle.
    const bool sized_symbol = !part.name.empty() && part.size() != 0;
    if (!sized_symbol && part.begin < covered_until) continue;
    if (part.size() == 0) {
      part.end = next_boundary(binary, candidates, part.begin);
      part.size_known = false;
    }
    const Section* section = code_section_at(binary, part.begin);
    part.end = std::min(part.end, section->address + section->size);
    covered_until = std::max(covered_until, part.end);
    parts.push_back(part);
  }
  return parts;
}

std::uint32_t part_containing(const std::vector<CodePart>& parts, std::uint64_t address) {
  const auto after =
      std::upper_bound(parts.begin(), parts.end(), address,
                       [](std::uint64_t a, const CodePart& part) { return a < part.begin; });
  if (after == parts.begin()) return kNoIndex;
  const auto part = std::prev(after);
  return part->range().contains(address) ? static_cast<std::uint32_t>(part - parts.begin())
                                         : kNoIndex;
}

}  // namespace asmforge

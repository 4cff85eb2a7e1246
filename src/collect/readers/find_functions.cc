#include "collect/readers/find_functions.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "collect/readers/imports.h"

namespace asmforge {
namespace {

// One reason to believe that a function starts at an address.
struct Candidate {
  std::uint64_t address = 0;
  std::uint64_t size = 0;  // 0: unknown
  std::string_view name;
  FunctionOrigin origin = FunctionOrigin::kSymbol;
  bool global = false;
};

bool comes_before(const Candidate& a, const Candidate& b) {
  if (a.address != b.address) return a.address < b.address;
  if (a.origin != b.origin) return a.origin < b.origin;
  if (a.global != b.global) return a.global;
  if (a.size != b.size) return a.size > b.size;
  return a.name < b.name;
}

// The executable section that holds the address and is no PLT.
const Section* code_at(const Binary& binary, std::uint64_t address) {
  const Section* section = binary.section_at(address);
  return section != nullptr && section->executable && !is_plt(section->name) ? section : nullptr;
}

void add_symbols(const Binary& binary, std::vector<Candidate>& candidates) {
  for (const Symbol& symbol : binary.symbols) {
    const bool function =
        symbol.kind == SymbolKind::kFunction || symbol.kind == SymbolKind::kIndirectFunction;
    // Hand-written assembly often gives its global labels no type.
    const bool label = symbol.kind == SymbolKind::kOther && symbol.global && !symbol.name.empty();
    if ((!function && !label) || code_at(binary, symbol.address) == nullptr) continue;
    candidates.push_back({symbol.address, symbol.size, symbol.name,
                          symbol.dynamic ? FunctionOrigin::kDynamicSymbol : FunctionOrigin::kSymbol,
                          symbol.global});
  }
}

void add_unwind_entries(const Binary& binary, const UnwindTable& unwind,
                        std::vector<Candidate>& candidates) {
  for (const UnwindEntry& entry : unwind.entries)
    if (entry.frame_is_fresh && code_at(binary, entry.begin) != nullptr)
      candidates.push_back(
          {entry.begin, entry.end - entry.begin, {}, FunctionOrigin::kUnwindTable});
}

// Sections of pointers to functions that run before or after main; relocatables
// append a priority to the name.
constexpr std::string_view kFunctionArrays[] = {".init_array", ".fini_array", ".preinit_array"};

void add_entry_points(const Binary& binary, std::vector<Candidate>& candidates) {
  const auto add = [&](std::uint64_t address) {
    if (code_at(binary, address) != nullptr)
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

// Where functions of unknown size must end: known starts, data in code sections.
class Boundaries {
 public:
  Boundaries(const Binary& binary, const std::vector<Candidate>& candidates) : binary_(binary) {
    for (const Candidate& candidate : candidates) starts_.push_back(candidate.address);
    for (const Symbol& symbol : binary.symbols)
      if (symbol.kind == SymbolKind::kObject && code_at(binary, symbol.address) != nullptr)
        starts_.push_back(symbol.address);
    std::sort(starts_.begin(), starts_.end());
  }
  [[nodiscard]] std::uint64_t after(std::uint64_t address) const {
    const Section* section = code_at(binary_, address);
    const std::uint64_t section_end = section->address + section->size;
    const auto next = std::upper_bound(starts_.begin(), starts_.end(), address);
    return next == starts_.end() ? section_end : std::min(*next, section_end);
  }

 private:
  const Binary& binary_;
  std::vector<std::uint64_t> starts_;
};

// Candidates of one address become one function; what lies inside a function
// whose size a symbol tells, and has no symbol itself, is no function.
void make_functions(std::vector<Candidate>& candidates, Binary& binary) {
  std::sort(candidates.begin(), candidates.end(), comes_before);
  const Boundaries boundaries(binary, candidates);
  std::uint64_t covered_until = 0;
  for (std::size_t i = 0; i < candidates.size();) {
    const Candidate& best = candidates[i];
    FunctionEntry function{
        .address = best.address, .size = best.size, .name = best.name, .origin = best.origin};
    std::string_view last_name = best.name;
    for (; i < candidates.size() && candidates[i].address == function.address; ++i) {
      if (function.size == 0) function.size = candidates[i].size;
      if (candidates[i].name.empty() || candidates[i].name == last_name) continue;
      last_name = candidates[i].name;
      ++function.alias_count;
    }
    const bool named =
        best.origin == FunctionOrigin::kSymbol || best.origin == FunctionOrigin::kDynamicSymbol;
    if (!named && function.address < covered_until) continue;
    if (function.size == 0) {
      // A label inside a known function is no function of its own.
      if (function.address < covered_until) continue;
      function.size = boundaries.after(function.address) - function.address;
      function.size_known = false;
    }
    const Section* section = code_at(binary, function.address);
    function.size = std::min(function.size, section->address + section->size - function.address);
    covered_until = std::max(covered_until, function.address + function.size);
    binary.functions.push_back(function);
  }
}

std::string describe_sources(const Binary& binary) {
  std::size_t by_origin[6] = {};
  for (const FunctionEntry& function : binary.functions)
    ++by_origin[static_cast<std::size_t>(function.origin)];
  const auto count = [&](FunctionOrigin origin) {
    return by_origin[static_cast<std::size_t>(origin)];
  };
  return fmt::format(
      "no symbol table: {} functions from .dynsym, {} from .eh_frame, {} from entry points; "
      "those without a name are shown by address",
      count(FunctionOrigin::kDynamicSymbol), count(FunctionOrigin::kUnwindTable),
      count(FunctionOrigin::kEntryPoint));
}

}  // namespace

void find_functions_in_symbols(Binary& binary) {
  std::vector<Candidate> candidates;
  add_symbols(binary, candidates);
  make_functions(candidates, binary);
}

void find_functions(const UnwindTable& unwind, Binary& binary) {
  std::vector<Candidate> candidates;
  add_symbols(binary, candidates);
  add_unwind_entries(binary, unwind, candidates);
  add_entry_points(binary, candidates);
  make_functions(candidates, binary);
  if (!binary.has_symbol_table) binary.notes.push_back(describe_sources(binary));
}

}  // namespace asmforge

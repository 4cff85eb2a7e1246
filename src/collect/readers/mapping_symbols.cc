#include "collect/readers/mapping_symbols.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace asmforge {
namespace {

struct Mark {
  std::uint64_t address = 0;
  bool data = false;
};

// $x, $d, and with a suffix that makes them different: $d.7
bool is_mark(const Symbol& symbol) {
  const std::string_view name = symbol.name;
  return symbol.kind == SymbolKind::kOther && !symbol.global && name.size() >= 2 &&
         name[0] == '$' && (name[1] == 'x' || name[1] == 'd') &&
         (name.size() == 2 || name[2] == '.');
}

void add_data(const Section& section, const std::vector<Mark>& marks,
              std::vector<AddressRange>& ranges) {
  const std::uint64_t end = section.address + section.size;
  auto mark = std::lower_bound(marks.begin(), marks.end(), section.address,
                               [](const Mark& m, std::uint64_t a) { return m.address < a; });
  for (; mark != marks.end() && mark->address < end; ++mark) {
    if (!mark->data) continue;
    const auto next = std::find_if(mark, marks.end(), [](const Mark& m) { return !m.data; });
    const std::uint64_t stop = next == marks.end() ? end : std::min(end, next->address);
    if (stop > mark->address) ranges.push_back({mark->address, stop});
    if (next == marks.end()) return;
    mark = std::prev(next);
  }
}

}  // namespace

void take_mapping_symbols(Binary& binary) {
  if (binary.isa != Isa::kAarch64) return;
  std::vector<Mark> marks;
  for (const Symbol& symbol : binary.symbols)
    if (is_mark(symbol)) marks.push_back({symbol.address, symbol.name[1] == 'd'});
  std::erase_if(binary.symbols, is_mark);
  // Of two marks at one place, which only hostile files have, code wins.
  std::sort(marks.begin(), marks.end(), [](const Mark& a, const Mark& b) {
    return a.address != b.address ? a.address < b.address : a.data && !b.data;
  });
  for (const Section& section : binary.sections)
    if (section.executable) add_data(section, marks, binary.data_in_code);
  std::sort(binary.data_in_code.begin(), binary.data_in_code.end(),
            [](const AddressRange& a, const AddressRange& b) { return a.begin < b.begin; });
}

}  // namespace asmforge

#include "graph/diff_references.h"

#include <algorithm>
#include <cctype>
#include <span>

namespace asmforge {
namespace {

constexpr std::uint64_t kLongestString = 4096;
// Where nothing says how long a literal is, this much of it is compared.
constexpr std::uint64_t kLiteralBytes = 16;
// A shorter string could as well be a number: its neighbourhood is compared too.
constexpr std::size_t kShortestString = 4;
// How far around a shorter one is looked for other text.
constexpr std::uint64_t kTextBeside = 6;
// Pointers to literals that hold pointers to literals are followed this far.
constexpr int kMaxDepth = 3;

// The symbol that covers the address, of several the one that starts last.
const Symbol* symbol_covering(const Binary& binary, std::uint64_t address) {
  const auto& symbols = binary.symbols;
  auto it = std::upper_bound(symbols.begin(), symbols.end(), address,
                             [](std::uint64_t a, const Symbol& s) { return a < s.address; });
  const Symbol* found = nullptr;
  for (int looked = 0; it != symbols.begin() && looked < 16; ++looked) {
    --it;
    const bool covers = it->address == address || address - it->address < it->size;
    if (!covers || it->name.empty()) continue;
    if (found != nullptr && it->address != found->address) break;
    // Aliases: the first name in the alphabet, so that both builds choose alike.
    if (found == nullptr || it->name < found->name) found = &*it;
  }
  return found;
}

bool is_constant(const Section& section) {
  // .data.rel.ro is written by the loader alone.
  return !section.writable || section.name.starts_with(".data.rel.ro");
}

// Text up to its NUL; nullopt when it is none.
std::optional<std::string_view> string_at(const Binary& binary, std::uint64_t address) {
  const auto bytes = binary.bytes_at(address, kLongestString);
  std::size_t length = 0;
  while (length < bytes.size() && bytes[length] != 0) {
    const std::uint8_t c = bytes[length];
    if (c < 0x20 && std::isspace(c) == 0) return std::nullopt;
    ++length;
  }
  if (length == 0 || length == bytes.size()) return std::nullopt;
  return std::string_view(reinterpret_cast<const char*>(bytes.data()), length);
}

// Printable words with one NUL between them, as compilers and linkers lay strings out. A
// table of numbers has zeros in a row, or none, or one after each character.
bool is_text(std::span<const std::uint8_t> bytes) {
  std::size_t characters = 0;
  std::size_t word = kShortestString;  // the first one may have begun before
  for (const std::uint8_t c : bytes) {
    if (c == 0 && word < 2) return false;
    if (c != 0 && std::isprint(c) == 0 && std::isspace(c) == 0) return false;
    word = c == 0 ? 0 : word + 1;
    characters += c == 0 ? 0 : 1;
  }
  return characters >= kShortestString;
}

struct ShortText {
  std::string_view text;
  bool ends_padded = false;  // by zeros, as a small number is
};

// A string that is too short to be known for one by itself, but has text beside it. It may
// be empty: the end of another one.
std::optional<ShortText> short_text_at(const Binary& binary, const Section& section,
                                       std::uint64_t address) {
  const auto bytes = binary.bytes_at(address, kShortestString);
  const auto end = std::ranges::find(bytes, std::uint8_t{0});
  if (end == bytes.end()) return std::nullopt;
  const auto length = static_cast<std::size_t>(end - bytes.begin());
  const std::uint64_t first = address - std::min(kTextBeside, address - section.address);
  const auto before = binary.bytes_at(first, address - first);
  const auto after = binary.bytes_at(address + length + 1, kTextBeside);
  const bool is_an_end = !before.empty() && before.back() != 0;
  if (length == 0 ? !is_an_end || !is_text(before) : !is_text(before) && !is_text(after))
    return std::nullopt;
  return ShortText{{reinterpret_cast<const char*>(bytes.data()), length},
                   length != 0 && !after.empty() && after.front() == 0};
}

// How much at this address surely belongs to one literal.
std::uint64_t literal_extent(const Binary& binary, const Section& section, std::uint64_t address) {
  std::uint64_t end = std::min(section.address + section.size, address + kLiteralBytes);
  const auto& symbols = binary.symbols;
  const auto next =
      std::upper_bound(symbols.begin(), symbols.end(), address,
                       [](std::uint64_t a, const Symbol& s) { return a < s.address; });
  if (next != symbols.end()) end = std::min(end, next->address);
  return end - address;
}

}  // namespace

std::string_view stable_symbol(std::string_view symbol) {
  // Literals: gcc .LC0, clang .L.str.1 and .str.1, LLVM switch.table.f (named after
  // the function, but what counts is its content), Rust anon.<hash>.7.
  for (const std::string_view literal : {".L", ".str", "anon.", "switch.table."}) {
    if (symbol.starts_with(literal)) return {};
  }
  const std::size_t llvm = symbol.find(".llvm.");
  if (llvm != std::string_view::npos && llvm != 0) symbol = symbol.substr(0, llvm);
  // gcc numbers static locals and clones: count.4, f.constprop.0
  const std::size_t dot = symbol.rfind('.');
  if (dot != std::string_view::npos && dot != 0 && dot + 1 < symbol.size() &&
      std::all_of(symbol.begin() + static_cast<std::ptrdiff_t>(dot) + 1, symbol.end(),
                  [](unsigned char c) { return std::isdigit(c) != 0; }))
    symbol = symbol.substr(0, dot);
  return symbol;
}

NamedAddress named_address(const DiffSide& side, std::uint64_t address) {
  const auto canonical = [&](std::string_view symbol) {
    symbol = stable_symbol(symbol);
    return symbol.empty() ? std::string() : side.names.canonical_name(symbol);
  };
  if (const Import* import = side.binary.import_at(address)) return {canonical(import->name), 0};
  if (const Symbol* symbol = symbol_covering(side.binary, address))
    return {canonical(symbol->name), address - symbol->address};
  if (const FunctionEntry* entry = side.binary.function_at(address))
    return {canonical(entry->name), 0};
  return {};
}

bool ReferenceComparer::same(std::uint64_t before, std::uint64_t after, std::uint32_t bytes) {
  return same_at_depth(before, after, bytes, 0);
}

bool ReferenceComparer::same_at_depth(std::uint64_t before, std::uint64_t after,
                                      std::uint32_t bytes, int depth) {
  // The function itself, whatever it is called, and places inside it.
  const std::uint32_t before_insn = before_.function.insn_at(before);
  const std::uint32_t after_insn = after_.function.insn_at(after);
  if (before_insn != kNoIndex && after_insn != kNoIndex)
    return same_place_(before_insn, after_insn);

  const NamedAddress before_name = named_address(before_, before);
  const NamedAddress after_name = named_address(after_, after);
  if (!before_name.name.empty() && !after_name.name.empty()) return before_name == after_name;

  const Section* before_section = before_.binary.section_at(before);
  const Section* after_section = after_.binary.section_at(after);
  if (before_section == nullptr || after_section == nullptr)
    return before_section == after_section && partners(before, after);
  if (before_section->executable != after_section->executable) return false;
  if (before_section->executable) return partners(before, after);
  if (is_constant(*before_section) && is_constant(*after_section))
    return same_literal(before, after, bytes, depth);
  return before_section->name == after_section->name && partners(before, after);
}

bool ReferenceComparer::same_literal(std::uint64_t before, std::uint64_t after, std::uint32_t bytes,
                                     int depth) {
  const auto before_pointer = before_.binary.pointer_at(before);
  const auto after_pointer = after_.binary.pointer_at(after);
  if (bytes == 8 && before_pointer && after_pointer && depth < kMaxDepth &&
      before_.binary.section_at(*before_pointer) != nullptr &&
      after_.binary.section_at(*after_pointer) != nullptr)
    return same_at_depth(*before_pointer, *after_pointer, 0, depth + 1);
  if (bytes != 0)
    return std::ranges::equal(before_.binary.bytes_at(before, bytes),
                              after_.binary.bytes_at(after, bytes));
  if (const auto tables = same_table(before, after)) return *tables;
  const auto before_string = string_at(before_.binary, before);
  const auto after_string = string_at(after_.binary, after);
  if (before_string && after_string && before_string->size() >= kShortestString)
    return *before_string == *after_string;
  const Section& before_section = *before_.binary.section_at(before);
  const Section& after_section = *after_.binary.section_at(after);
  const auto before_text = short_text_at(before_.binary, before_section, before);
  const auto after_text = short_text_at(after_.binary, after_section, after);
  if (before_text && after_text && !(before_text->ends_padded && after_text->ends_padded))
    return before_text->text == after_text->text && partners(before, after);
  const std::uint64_t extent = std::min(literal_extent(before_.binary, before_section, before),
                                        literal_extent(after_.binary, after_section, after));
  return std::ranges::equal(before_.binary.bytes_at(before, extent),
                            after_.binary.bytes_at(after, extent)) &&
         partners(before, after);
}

std::optional<bool> ReferenceComparer::same_table(std::uint64_t before, std::uint64_t after) {
  // Entry i of a table at `table`: 4 bytes relative to the table, or a pointer.
  const auto entry = [](const DiffSide& side, std::uint64_t table, std::uint64_t i,
                        bool relative) -> std::uint32_t {
    if (!relative) {
      const auto pointer = side.binary.pointer_at(table + 8 * i);
      return pointer ? side.function.insn_at(*pointer) : kNoIndex;
    }
    const auto offset = side.binary.read_unsigned(table + 4 * i, 4);
    if (!offset) return kNoIndex;
    const auto distance = static_cast<std::int32_t>(static_cast<std::uint32_t>(*offset));
    return side.function.insn_at(table + static_cast<std::uint64_t>(std::int64_t{distance}));
  };
  const std::uint64_t most = before_.function.insns.size() + after_.function.insns.size();
  for (const bool relative : {true, false}) {
    std::uint64_t i = 0;
    for (; i < most; ++i) {
      const std::uint32_t b = entry(before_, before, i, relative);
      const std::uint32_t a = entry(after_, after, i, relative);
      if (b == kNoIndex || a == kNoIndex) break;
      if (!same_place_(b, a)) return false;
    }
    if (i != 0) return true;
  }
  return std::nullopt;
}

bool ReferenceComparer::partners(std::uint64_t before, std::uint64_t after) {
  const auto [there, first_of_before] = partner_after_.try_emplace(before, after);
  if (!first_of_before) return there->second == after;
  const auto [back, first_of_after] = partner_before_.try_emplace(after, before);
  if (first_of_after) return true;
  partner_after_.erase(there);
  return back->second == before;
}

}  // namespace asmforge

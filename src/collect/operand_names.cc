#include "collect/operand_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/text.h"
#include "graph/page_addresses.h"
#include "mc/demangle.h"

namespace asmforge {
namespace {

constexpr std::size_t kShortestString = 3;
constexpr std::size_t kLongestShown = 32;  // characters of a string

// The data symbol with a size that holds this address.
const Symbol* object_at(const Binary& binary, std::uint64_t address) {
  auto after = std::upper_bound(
      binary.symbols.begin(), binary.symbols.end(), address,
      [](std::uint64_t wanted, const Symbol& symbol) { return wanted < symbol.address; });
  // A few symbols may begin later and end earlier than the one that holds it.
  for (int i = 0; i < 8 && after != binary.symbols.begin(); ++i) {
    --after;
    if (after->kind == SymbolKind::kObject && address - after->address < after->size)
      return &*after;
  }
  return nullptr;
}

std::string with_distance(std::string_view name, std::uint64_t distance) {
  std::string text = printable(demangle(name));
  return distance == 0 ? text : fmt::format("{}+{:#x}", text, distance);
}

// Read-only data at `address`: nothing may change it while the program runs.
bool constant_data(const Binary& binary, std::uint64_t address) {
  const Section* section = binary.section_at(address);
  return section != nullptr && !section->writable && !section->executable;
}

// "\"usage: %s\"" when the bytes are a C string of printable characters.
std::string string_at(const Binary& binary, std::uint64_t address) {
  if (!constant_data(binary, address)) return {};
  const auto bytes = binary.bytes_at(address, 4096);
  const auto end = std::find(bytes.begin(), bytes.end(), 0);
  if (end == bytes.end()) return {};
  std::string text;
  for (auto c = bytes.begin(); c != end; ++c) {
    if (*c == '\n' || *c == '\t') {
      text += *c == '\n' ? "\\n" : "\\t";
      continue;
    }
    if (*c < 0x20 || *c > 0x7e) return {};
    text += static_cast<char>(*c);
  }
  if (text.size() < kShortestString) return {};
  if (text.size() > kLongestShown) text = text.substr(0, kLongestShown) + "...";
  return '"' + text + '"';
}

std::string float_at(const Binary& binary, std::uint64_t address, unsigned bytes) {
  if (!constant_data(binary, address)) return {};
  const std::optional<std::uint64_t> bits = binary.read_unsigned(address, bytes);
  if (!bits) return {};
  const double value = bytes == 4 ? std::bit_cast<float>(static_cast<std::uint32_t>(*bits))
                                  : std::bit_cast<double>(*bits);
  if (!std::isfinite(value)) return {};
  return bytes == 4 ? fmt::format("{}", std::bit_cast<float>(static_cast<std::uint32_t>(*bits)))
                    : fmt::format("{}", value);
}

std::string constant_comment(const Binary& binary, const Insn& insn) {
  const MemoryOperand& memory = insn.memory;
  if (insn.is(InsnClass::kLea)) return string_at(binary, memory.address);
  const bool scalar_float = insn.is(InsnClass::kFloat) && !insn.is(InsnClass::kVector);
  if (scalar_float && insn.is(InsnClass::kLoad) && (memory.bytes == 4 || memory.bytes == 8))
    return float_at(binary, memory.address, memory.bytes);
  return {};
}

// The displacement beside rip: "rip + 0x2ee1" in "[rip + 0x2ee1]", "0x2ee1" in
// "0x2ee1(%rip)"; npos when there is none.
struct Place {
  std::size_t begin = std::string_view::npos;
  std::size_t size = 0;
  bool intel = true;
};

Place rip_displacement(std::string_view text) {
  constexpr std::string_view kIntel = "[rip";
  constexpr std::string_view kAtt = "(%rip)";
  if (const std::size_t open = text.find(kIntel); open != text.npos) {
    const std::size_t close = text.find(']', open);
    if (close != text.npos) return {open + 1, close - open - 1, true};
  }
  if (const std::size_t open = text.find(kAtt); open != text.npos) {
    const std::size_t before = text.find_last_of(" ,*", open);
    const std::size_t begin = before == text.npos ? 0 : before + 1;
    return {begin, open - begin, false};
  }
  return {};
}

std::string replaced(std::string_view text, Place place, const std::string& with) {
  std::string out(text.substr(0, place.begin));
  out += with;
  out += text.substr(place.begin + place.size);
  return out;
}

// What a page and an offset address together does not stand in the text; a comment says it.
void say_in_comment(const Binary& binary, const Insn& insn, NamedText& named) {
  // adrp alone addresses nothing.
  if (makes_page(insn, facts_of(binary.isa))) {
    named.target.clear();
    named.comment.clear();
  } else if (named.comment.empty()) {
    named.comment = named.target;
  }
}

NamedText with_target_name(const Binary& binary, const Insn& insn, std::string_view text,
                           const LabelOf& label_of) {
  NamedText named{std::string(text), {}, {}};
  std::optional<std::string> label = label_of ? label_of(insn.target) : std::nullopt;
  if (!label) {
    named.target = place_name(binary, insn.target);
    if (named.target.empty() && binary.function_at(insn.target) != nullptr)
      named.target = fmt::format("sub_{:x}", insn.target);
    if (!named.target.empty()) label = named.target;
  }
  const std::size_t space = text.rfind(' ');
  if (label && space != text.npos) named.text = std::string(text.substr(0, space + 1)) + *label;
  return named;
}

}  // namespace

std::string place_name(const Binary& binary, std::uint64_t address) {
  if (const std::string_view name = binary.name_at(address); !name.empty())
    return with_distance(name, 0);
  if (const Symbol* object = object_at(binary, address))
    return with_distance(object->name, address - object->address);
  if (const FunctionEntry* entry = binary.function_containing(address)) {
    if (!entry->name.empty() && address >= entry->address)
      return with_distance(entry->name, address - entry->address);
  }
  return {};
}

NamedText with_names(const Binary& binary, const Insn& insn, std::string_view text,
                     const LabelOf& label_of) {
  if (insn.target != kNoAddress) return with_target_name(binary, insn, text, label_of);
  NamedText named{std::string(text), {}, {}};
  if (!insn.memory.present || insn.memory.address == kNoAddress) return named;
  named.comment = constant_comment(binary, insn);
  named.target = place_name(binary, insn.memory.address);
  if (binary.isa != Isa::kX86_64) {
    say_in_comment(binary, insn, named);
    return named;
  }
  const Place place = rip_displacement(text);
  if (named.target.empty() || place.begin == text.npos) return named;
  named.text = replaced(text, place, place.intel ? "rip + " + named.target : named.target);
  return named;
}

}  // namespace asmforge

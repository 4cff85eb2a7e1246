#include "verdict/code_pieces.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <span>
#include <tuple>

#include "base/text.h"
#include "mc/demangle.h"

namespace asmforge {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::uint8_t kInt3 = 0xcc;

// The nops that assemblers pad with, without prefixes. Others may mean something.
constexpr std::array kNops = {
    std::string_view("\x90", 1),
    std::string_view("\x0f\x1f\x00", 3),
    std::string_view("\x0f\x1f\x40\x00", 4),
    std::string_view("\x0f\x1f\x44\x00\x00", 5),
    std::string_view("\x0f\x1f\x80\x00\x00\x00\x00", 7),
    std::string_view("\x0f\x1f\x84\x00\x00\x00\x00\x00", 8),
};

// Length of the nop at the front: at most one 0x66 before it, and before the longest
// any number with a 0x2e behind them. 0 when there is none.
std::size_t nop_length(Bytes bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::size_t prefixes = std::min(text.find_first_not_of('\x66'), text.size());
  const std::string_view behind = text.substr(prefixes);
  if (prefixes != 0 && behind.starts_with('\x2e'))
    return behind.substr(1).starts_with(kNops.back()) ? prefixes + 1 + kNops.back().size() : 0;
  if (prefixes > 1) return 0;
  for (const std::string_view nop : kNops) {
    if (behind.starts_with(nop)) return prefixes + nop.size();
  }
  return 0;
}

// How much at the front of `bytes` is padding: only int3, only zeros, or only nops.
std::uint64_t padding_length(Bytes bytes) {
  for (const std::uint8_t filler : {kInt3, std::uint8_t{0}}) {
    const auto end =
        std::ranges::find_if(bytes, [filler](std::uint8_t byte) { return byte != filler; });
    if (end != bytes.begin()) return static_cast<std::uint64_t>(end - bytes.begin());
  }
  std::uint64_t length = 0;
  while (const std::size_t nop = nop_length(bytes.subspan(length))) length += nop;
  return length;
}

struct Start {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;  // 0: not known
  std::string_view name;
};

// The name of what has bytes at each place: an empty function has a name and the
// address of whatever happens to follow it.
std::unordered_map<std::uint64_t, std::string_view> names_of_code(const Binary& binary) {
  std::unordered_map<std::uint64_t, const Symbol*> best;
  for (const Symbol& symbol : binary.symbols) {
    if (symbol.kind != SymbolKind::kFunction && symbol.kind != SymbolKind::kIndirectFunction)
      continue;
    const Symbol*& known = best[symbol.address];
    if (known == nullptr ||
        std::tuple(symbol.size, known->name) > std::tuple(known->size, symbol.name))
      known = &symbol;
  }
  std::unordered_map<std::uint64_t, std::string_view> names;
  for (const auto& [address, symbol] : best) names[address] = symbol->name;
  return names;
}

std::vector<Start> starts_in(const Binary& binary, const Section& section,
                             const std::unordered_map<std::uint64_t, std::string_view>& names) {
  std::vector<Start> starts;
  const std::uint64_t section_end = section.address + section.size;
  const auto inside = [&](std::uint64_t address) {
    return address >= section.address && address < section_end;
  };
  for (const FunctionEntry& entry : binary.functions) {
    if (!inside(entry.address) || entry.origin == FunctionOrigin::kPltStub) continue;
    const bool sized = entry.size_known && entry.size != 0;
    const auto name = names.find(entry.address);
    starts.push_back({entry.address, sized ? entry.address + entry.size : 0,
                      name != names.end() ? name->second : entry.name});
  }
  for (const ColdPart& part : binary.cold_parts) {
    if (inside(part.range.begin)) starts.push_back({part.range.begin, part.range.end, part.name});
  }
  // Of several at one place, one with a name comes first.
  std::ranges::sort(starts, {}, [](const Start& start) {
    return std::tuple(start.begin, start.name.empty(), start.name);
  });
  const auto same_begin = [](const Start& x, const Start& y) { return x.begin == y.begin; };
  starts.erase(std::unique(starts.begin(), starts.end(), same_begin), starts.end());
  return starts;
}

// Takes the padding off the end of code whose size nobody states.
std::uint64_t trimmed_end(const Section& section, std::uint64_t begin, std::uint64_t end,
                          Decoder& decoder) {
  const Bytes bytes = section.bytes.subspan(begin - section.address, end - begin);
  std::uint64_t last = 0;
  Insn insn;
  for (std::uint64_t at = 0; at < bytes.size();) {
    const bool decoded = decoder.decode_one(bytes.subspan(at), begin + at, insn);
    const std::uint64_t size = decoded ? insn.size : 1;
    const bool padding = bytes[at] == kInt3 || nop_length(bytes.subspan(at)) == size;
    at += size;
    if (!padding) last = at;
  }
  return begin + last;
}

// What lies between two known functions: padding, and perhaps code without a name.
void add_gap(const Section& section, std::uint32_t index, std::uint64_t begin, std::uint64_t end,
             Decoder& decoder, CodePieces& found) {
  const Bytes bytes = section.bytes.subspan(begin - section.address, end - begin);
  const std::uint64_t skipped = padding_length(bytes);
  if (skipped == bytes.size()) return;
  const std::uint64_t stop = trimmed_end(section, begin + skipped, end, decoder);
  if (stop == begin + skipped) {
    found.problem = fmt::format("the padding at {:#x} is of several kinds", begin);
    return;
  }
  found.pieces.push_back({begin + skipped, stop, {}, index});
  const Bytes rest = section.bytes.subspan(stop - section.address, end - stop);
  if (padding_length(rest) != rest.size())
    found.problem = fmt::format("the padding at {:#x} is of several kinds", stop);
}

void cut_section(const Binary& binary, std::uint32_t index,
                 const std::unordered_map<std::uint64_t, std::string_view>& names, Decoder& decoder,
                 CodePieces& found) {
  const Section& section = binary.sections[index];
  const std::uint64_t section_end = section.address + section.size;
  if (section.bytes.size() != section.size) {
    found.problem = fmt::format("the file does not hold all of {}", printable(section.name));
    return;
  }
  const std::vector<Start> starts = starts_in(binary, section, names);
  // Stubs stand one after another at one distance; they move together.
  if (starts.empty() || section.name.starts_with(".plt")) {
    found.pieces.push_back({section.address, section_end, section.name, index});
    return;
  }
  if (starts.front().begin > section.address)
    add_gap(section, index, section.address, starts.front().begin, decoder, found);
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const Start& start = starts[i];
    const std::uint64_t next = i + 1 < starts.size() ? starts[i + 1].begin : section_end;
    const std::uint64_t end = start.end != 0 ? std::min(start.end, next)
                                             : trimmed_end(section, start.begin, next, decoder);
    if (end > start.begin) found.pieces.push_back({start.begin, end, start.name, index});
    if (end < next) add_gap(section, index, end, next, decoder, found);
  }
}

// A value inside an instruction that may be an address or lead to one.
struct Field {
  std::int64_t before = 0;
  std::int64_t after = 0;
  std::size_t width = 4;
};

std::int64_t load_signed(Bytes bytes, std::size_t width) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data(), width);
  const unsigned unused = 64 - 8 * static_cast<unsigned>(width);
  return static_cast<std::int64_t>(value << unused) >> unused;
}

// `after` with the field's value put back to what it is before; false when the
// encoding does not hold it in the same place of both.
bool put_back(Bytes before, std::vector<std::uint8_t>& after, const Field& field) {
  for (std::size_t at = 1; at + field.width <= before.size(); ++at) {
    const Bytes there = Bytes(after).subspan(at);
    if (load_signed(before.subspan(at), field.width) != field.before ||
        load_signed(there, field.width) != field.after)
      continue;
    std::memcpy(after.data() + at, before.data() + at, field.width);
    return true;
  }
  return false;
}

// True when the two are one instruction; adds what it refers to.
bool same_instruction(const Insn& b, Bytes bytes_before, const Insn& a, Bytes bytes_after,
                      bool absolute, std::vector<AddressPair>& addresses) {
  if (b.size != a.size || b.opcode != a.opcode) return false;
  std::vector<Field> fields;
  if ((b.target == kNoAddress) != (a.target == kNoAddress)) return false;
  if (b.target != kNoAddress) {
    addresses.push_back({b.address, b.target, a.target, false});
    const auto distance = [](const Insn& insn) {
      return static_cast<std::int64_t>(insn.target - insn.end());
    };
    // Short jumps have two bytes, three with a prefix; the others end in 32 bits.
    fields.push_back({distance(b), distance(a), b.size < 5 ? std::size_t{1} : std::size_t{4}});
  }
  if (b.memory.present != a.memory.present) return false;
  if (b.memory.present) {
    if ((b.memory.address == kNoAddress) != (a.memory.address == kNoAddress)) return false;
    if (b.memory.address != kNoAddress)
      addresses.push_back({b.address, b.memory.address, a.memory.address, false});
    else if (absolute)
      addresses.push_back({b.address, static_cast<std::uint64_t>(b.memory.displacement),
                           static_cast<std::uint64_t>(a.memory.displacement), true});
    if (b.memory.address != kNoAddress || absolute)
      fields.push_back({b.memory.displacement, a.memory.displacement, 4});
  }
  if (absolute && b.has_immediate && a.has_immediate) {
    addresses.push_back({b.address, static_cast<std::uint64_t>(b.immediate),
                         static_cast<std::uint64_t>(a.immediate), true});
    for (const std::size_t width : {std::size_t{4}, std::size_t{8}})
      fields.push_back({b.immediate, a.immediate, width});
  }
  if (std::ranges::equal(bytes_before, bytes_after)) return true;
  std::vector<std::uint8_t> restored(bytes_after.begin(), bytes_after.end());
  for (const Field& field : fields) {
    if (field.before != field.after) put_back(bytes_before, restored, field);
  }
  return std::ranges::equal(bytes_before, restored);
}

Bytes bytes_of(const Binary& binary, const CodePiece& piece) {
  const Section& section = binary.sections[piece.section];
  return section.bytes.subspan(piece.begin - section.address, piece.end - piece.begin);
}

// Equal for pieces that may be the same: sizes and opcodes of their instructions.
std::uint64_t shape_of(const Binary& binary, const CodePiece& piece, Decoder& decoder) {
  const Bytes bytes = bytes_of(binary, piece);
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto mix = [&hash](std::uint64_t value) { hash = (hash ^ value) * 0x100000001b3; };
  Insn insn;
  for (std::uint64_t at = 0; at < bytes.size();) {
    if (!decoder.decode_one(bytes.subspan(at), piece.begin + at, insn)) {
      mix(bytes[at++]);
      continue;
    }
    mix(insn.size);
    mix(insn.opcode);
    // Numbers tell functions apart that differ in nothing else; those of a
    // position-dependent program may be addresses.
    if (insn.target == kNoAddress && insn.memory.address == kNoAddress) {
      for (const Operand& operand : insn.operands) mix(static_cast<std::uint64_t>(operand.reg));
      if (binary.kind != FileKind::kExecutable) {
        mix(static_cast<std::uint64_t>(insn.immediate));
        mix(static_cast<std::uint64_t>(insn.memory.displacement));
      }
    }
    at += insn.size;
  }
  return hash;
}

class PiecePairer {
 public:
  PiecePairer(const Binary& before, const CodePieces& pieces_before, const Binary& after,
              const CodePieces& pieces_after, Decoder& decoder)
      : before_(before),
        after_(after),
        b_(pieces_before),
        a_(pieces_after),
        decoder_(decoder),
        taken_(pieces_after.pieces.size(), false) {
    result_.after_of.assign(b_.pieces.size(), kNoIndex);
    result_.comparisons.resize(b_.pieces.size());
  }

  PiecePairs run(const std::vector<AddressPair>& known) {
    pair_names();
    for (const AddressPair& pair : known) pair_at(pair.before, pair.after);
    follow();
    // Each round pairs what is unlike all else, and then what that refers to.
    while (result_.difference.empty() && pair_shapes(Alike::kUniqueOnly)) follow();
    while (result_.difference.empty() && pair_shapes(Alike::kFirstOfMany)) follow();
    if (result_.difference.empty()) say_what_is_left();
    return std::move(result_);
  }

 private:
  enum class Alike : std::uint8_t { kUniqueOnly, kFirstOfMany };

  void pair(std::uint32_t before, std::uint32_t after) {
    result_.after_of[before] = after;
    taken_[after] = true;
    work_.push_back(before);
  }
  void pair_at(std::uint64_t before, std::uint64_t after) {
    const std::uint32_t b = b_.starting_at(before);
    const std::uint32_t a = a_.starting_at(after);
    if (b != kNoIndex && a != kNoIndex && result_.after_of[b] == kNoIndex && !taken_[a]) pair(b, a);
  }

  void pair_names() {
    std::map<std::string_view, std::pair<std::vector<std::uint32_t>, std::vector<std::uint32_t>>>
        named;
    for (std::uint32_t i = 0; i < b_.pieces.size(); ++i)
      named[b_.pieces[i].name].first.push_back(i);
    for (std::uint32_t i = 0; i < a_.pieces.size(); ++i)
      named[a_.pieces[i].name].second.push_back(i);
    for (const auto& [name, both] : named) {
      if (!name.empty() && both.first.size() == 1 && both.second.size() == 1)
        pair(both.first.front(), both.second.front());
    }
  }

  void follow() {
    while (!work_.empty() && result_.difference.empty()) {
      const std::uint32_t b = work_.back();
      work_.pop_back();
      const CodePiece& piece = b_.pieces[b];
      PieceComparison& comparison = result_.comparisons[b];
      comparison = compare_pieces(before_, piece, after_, a_.pieces[result_.after_of[b]], decoder_);
      if (!comparison.same) {
        result_.difference = fmt::format("{} differs at {:#x}", piece_name(piece), comparison.at);
        return;
      }
      for (const AddressPair& pair : comparison.addresses) pair_at(pair.before, pair.after);
    }
  }

  using Group = std::pair<std::vector<std::uint32_t>, std::vector<std::uint32_t>>;
  const std::map<std::uint64_t, Group>& shapes() {
    if (shaped_) return shapes_;
    shaped_ = true;
    for (std::uint32_t i = 0; i < b_.pieces.size(); ++i) {
      if (result_.after_of[i] == kNoIndex)
        shapes_[shape_of(before_, b_.pieces[i], decoder_)].first.push_back(i);
    }
    for (std::uint32_t i = 0; i < a_.pieces.size(); ++i) {
      if (!taken_[i]) shapes_[shape_of(after_, a_.pieces[i], decoder_)].second.push_back(i);
    }
    return shapes_;
  }

  bool pair_shapes(Alike alike) {
    bool paired = false;
    for (const auto& [shape, group] : shapes()) {
      std::vector<std::uint32_t> befores;
      std::vector<std::uint32_t> afters;
      for (const std::uint32_t i : group.first)
        if (result_.after_of[i] == kNoIndex) befores.push_back(i);
      for (const std::uint32_t i : group.second)
        if (!taken_[i]) afters.push_back(i);
      if (befores.empty() || befores.size() != afters.size()) continue;
      if (befores.size() != 1 && alike == Alike::kUniqueOnly) continue;
      pair(befores.front(), afters.front());
      paired = true;
      if (alike == Alike::kFirstOfMany) return true;
    }
    return paired;
  }

  void say_what_is_left() {
    const auto b = std::ranges::find(result_.after_of, kNoIndex);
    if (b != result_.after_of.end()) {
      const auto index = static_cast<std::size_t>(b - result_.after_of.begin());
      result_.difference = fmt::format("{} has no counterpart after", piece_name(b_.pieces[index]));
      return;
    }
    const auto a = std::ranges::find(taken_, false);
    if (a != taken_.end()) {
      const auto index = static_cast<std::size_t>(a - taken_.begin());
      result_.difference =
          fmt::format("{} has no counterpart before", piece_name(a_.pieces[index]));
    }
  }

  const Binary& before_;
  const Binary& after_;
  const CodePieces& b_;
  const CodePieces& a_;
  Decoder& decoder_;
  std::vector<bool> taken_;
  std::vector<std::uint32_t> work_;
  bool shaped_ = false;
  std::map<std::uint64_t, Group> shapes_;
  PiecePairs result_;
};

}  // namespace

std::uint32_t CodePieces::containing(std::uint64_t address) const {
  const auto next = std::ranges::upper_bound(pieces, address, {}, &CodePiece::begin);
  if (next == pieces.begin() || address >= std::prev(next)->end) return kNoIndex;
  return static_cast<std::uint32_t>(std::prev(next) - pieces.begin());
}

std::uint32_t CodePieces::starting_at(std::uint64_t address) const {
  const std::uint32_t piece = containing(address);
  return piece != kNoIndex && pieces[piece].begin == address ? piece : kNoIndex;
}

CodePieces cut_code(const Binary& binary, Decoder& decoder) {
  CodePieces found;
  const auto names = names_of_code(binary);
  for (std::uint32_t i = 0; i < binary.sections.size(); ++i) {
    if (binary.sections[i].executable && binary.sections[i].size != 0 && found.problem.empty())
      cut_section(binary, i, names, decoder, found);
  }
  std::ranges::sort(found.pieces, {}, &CodePiece::begin);
  return found;
}

PieceComparison compare_pieces(const Binary& before, const CodePiece& piece_before,
                               const Binary& after, const CodePiece& piece_after,
                               Decoder& decoder) {
  PieceComparison result;
  const Bytes b = bytes_of(before, piece_before);
  const Bytes a = bytes_of(after, piece_after);
  const bool absolute = before.kind == FileKind::kExecutable;
  result.at = piece_before.begin;
  result.same = b.size() == a.size() && before.sections[piece_before.section].name ==
                                            after.sections[piece_after.section].name;
  Insn insn_before;
  Insn insn_after;
  for (std::uint64_t at = 0; result.same && at < b.size(); at += insn_before.size) {
    result.at = piece_before.begin + at;
    result.same = decoder.decode_one(b.subspan(at), piece_before.begin + at, insn_before) &&
                  decoder.decode_one(a.subspan(at), piece_after.begin + at, insn_after) &&
                  insn_before.size == insn_after.size &&
                  same_instruction(insn_before, b.subspan(at, insn_before.size), insn_after,
                                   a.subspan(at, insn_after.size), absolute, result.addresses);
  }
  result.goes_on = !insn_before.ends_block() || insn_before.is(InsnClass::kConditional);
  if (insn_before.is(InsnClass::kCall))
    result.last_call =
        insn_before.target != kNoAddress ? insn_before.target : insn_before.memory.address;
  return result;
}

PiecePairs pair_pieces(const Binary& before, const CodePieces& pieces_before, const Binary& after,
                       const CodePieces& pieces_after, const std::vector<AddressPair>& known,
                       Decoder& decoder) {
  return PiecePairer(before, pieces_before, after, pieces_after, decoder).run(known);
}

std::string piece_name(const CodePiece& piece) {
  if (piece.name.empty()) return fmt::format("the code at {:#x}", piece.begin);
  return printable(demangle(piece.name));
}

}  // namespace asmforge

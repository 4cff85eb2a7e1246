#include "graph/diff_alignment.h"

#include <algorithm>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "graph/diff_references.h"
#include "graph/page_addresses.h"
#include "graph/sequence_alignment.h"

namespace asmforge {
namespace {

// Steps that an inserted or deleted run may be slid over equal instructions.
constexpr std::uint32_t kMaxSlide = 64;

class Hash {
 public:
  Hash& add(std::uint64_t value) {
    // The finaliser of splitmix64.
    state_ += value + 0x9e3779b97f4a7c15;
    state_ = (state_ ^ (state_ >> 30)) * 0xbf58476d1ce4e5b9;
    state_ = (state_ ^ (state_ >> 27)) * 0x94d049bb133111eb;
    state_ ^= state_ >> 31;
    return *this;
  }
  Hash& add(std::string_view text) { return add(std::hash<std::string_view>()(text)); }
  [[nodiscard]] std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_ = 0;
};

// Nops and int3 that nothing reaches, and nops that only fill up to the next block.
std::vector<bool> find_padding(const DiffSide& side) {
  const auto& insns = side.function.insns;
  std::vector<bool> padding(insns.size(), false);
  for (BlockIndex b = 0; b < side.cfg.blocks.size(); ++b) {
    const Block& block = side.cfg.blocks[b];
    if (block.padding) {
      for (std::uint32_t i = block.first; i <= block.last; ++i) padding[i] = true;
      continue;
    }
    if (block.exit != BlockExit::kNone) continue;
    for (std::uint32_t i = block.last; insns[i].is(InsnClass::kNop); --i) {
      padding[i] = true;
      if (i == block.first) break;
    }
  }
  return padding;
}

std::uint64_t mnemonic_key(const DiffSide& side, const Insn& insn) {
  return Hash()
      .add(side.names.mnemonic(insn))
      .add(static_cast<std::uint64_t>(insn.condition))
      .value();
}

std::uint64_t form_key(const Insn& insn, std::uint64_t mnemonic) {
  Hash hash;
  hash.add(mnemonic);
  for (std::size_t i = 0; i < insn.operand_count; ++i) {
    const Operand& operand = insn.operands[i];
    // Encodings of one immediate differ in width; a target's width is its distance.
    const bool sized = operand.kind == OperandKind::kRegister;
    hash.add(static_cast<std::uint64_t>(operand.kind))
        .add(sized ? operand.bits : 0)
        .add(operand.high_byte ? 1 : 0);
  }
  if (insn.memory.present) hash.add(insn.memory.bytes);
  return hash.value();
}

std::string name_for_key(const DiffSide& side, std::uint64_t address, KeyNames names) {
  const bool wanted = names == KeyNames::kAll || side.binary.import_at(address) != nullptr;
  return wanted ? named_address(side, address).name : std::string();
}

std::uint64_t value_key(const DiffSide& side, const Insn& insn, std::uint64_t form,
                        KeyNames names) {
  Hash hash;
  hash.add(form);
  if (insn.has_immediate && !may_be_address(side.binary, insn.immediate))
    hash.add(static_cast<std::uint64_t>(insn.immediate));
  const MemoryOperand& memory = insn.memory;
  if (memory.present && !makes_page(insn, facts_of(side.function.isa))) {
    hash.add(memory.base != kNoRegister ? 1 : 0).add(memory.index != kNoRegister ? 1 : 0);
    hash.add(memory.scale).add(memory.segment);
    if (memory.address != kNoAddress)
      hash.add(name_for_key(side, memory.address, names));
    else if (!may_be_address(side.binary, memory.displacement))
      hash.add(static_cast<std::uint64_t>(memory.displacement));
  }
  if (insn.target != kNoAddress && side.function.insn_at(insn.target) == kNoIndex)
    hash.add(name_for_key(side, insn.target, names));
  return hash.value();
}

std::uint64_t exact_key(const Insn& insn, std::uint64_t value) {
  Hash hash;
  hash.add(value);
  for (std::size_t i = 0; i < insn.operand_count; ++i) hash.add(insn.operands[i].reg);
  return hash.add(insn.memory.base).add(insn.memory.index).value();
}

void set(DiffPartners& partners, std::uint32_t before, std::uint32_t after) {
  partners.after_of[before] = after;
  partners.before_of[after] = before;
}

// Calls visit(before_begin, before_end, after_begin, after_end) for each stretch
// between two matches where both sides have something left.
template <class Visit>
void for_each_gap(const DiffPartners& partners, Visit visit) {
  const auto before_size = static_cast<std::uint32_t>(partners.after_of.size());
  const auto after_size = static_cast<std::uint32_t>(partners.before_of.size());
  std::uint32_t b = 0;
  std::uint32_t a = 0;
  while (b < before_size || a < after_size) {
    if (b < before_size && partners.after_of[b] == a) {
      ++b, ++a;
      continue;
    }
    const std::uint32_t b_begin = b;
    const std::uint32_t a_begin = a;
    while (b < before_size && partners.after_of[b] == kNoIndex) ++b;
    while (a < after_size && partners.before_of[a] == kNoIndex) ++a;
    if (b != b_begin && a != a_begin) visit(b_begin, b, a_begin, a);
  }
}

// A run that only `longer` has may stand anywhere among equal instructions
// around it; the place where most neighbours are equal to the last register is
// the one a reader expects. `partner` maps longer -> shorter, `back` the inverse.
void slide_run(std::vector<std::uint32_t>& partner, std::vector<std::uint32_t>& back,
               const DiffSequence& longer, const DiffSequence& shorter, std::uint32_t begin,
               std::uint32_t end) {
  int gain = 0;
  int best_gain = 0;
  std::uint32_t best_steps = 0;
  const std::uint32_t most = std::min(begin, kMaxSlide);
  const std::uint32_t length = end - begin;
  for (std::uint32_t steps = 1; steps <= most; ++steps) {
    const std::uint32_t from = begin - steps;  // matched now, in the run afterwards
    const std::uint32_t to = from + length;    // the other way round
    const std::uint32_t other = partner[from];
    if (other == kNoIndex || longer.value[from] != longer.value[to]) break;
    if (steps > 1 && other + 1 != partner[from + 1]) break;
    gain += longer.exact[to] == shorter.exact[other] ? 1 : 0;
    gain -= longer.exact[from] == shorter.exact[other] ? 1 : 0;
    if (gain > best_gain) {
      best_gain = gain;
      best_steps = steps;
    }
  }
  for (std::uint32_t steps = 1; steps <= best_steps; ++steps) {
    const std::uint32_t from = begin - steps;
    const std::uint32_t other = partner[from];
    partner[from + length] = other;
    back[other] = from + length;
    partner[from] = kNoIndex;
  }
}

void slide_runs(std::vector<std::uint32_t>& partner, std::vector<std::uint32_t>& back,
                const DiffSequence& longer, const DiffSequence& shorter) {
  for (std::uint32_t begin = 0; begin < partner.size();) {
    if (partner[begin] != kNoIndex) {
      ++begin;
      continue;
    }
    std::uint32_t end = begin;
    while (end < partner.size() && partner[end] == kNoIndex) ++end;
    // Only where the other side has nothing of its own in this place.
    const std::uint32_t above = begin == 0 ? kNoIndex : partner[begin - 1];
    const std::uint32_t below =
        end == partner.size() ? static_cast<std::uint32_t>(back.size()) : partner[end];
    if (above != kNoIndex && above + 1 == below)
      slide_run(partner, back, longer, shorter, begin, end);
    begin = end;
  }
}

}  // namespace

bool may_be_address(const Binary& binary, std::int64_t value) {
  if (binary.kind != FileKind::kExecutable && binary.kind != FileKind::kRelocatable) return false;
  if (value <= 0) return false;
  const auto address = static_cast<std::uint64_t>(value);
  // The end of a section may lie in none, and has names all the same: etext, _end.
  return binary.section_at(address) != nullptr ||
         (binary.section_at(address - 1) != nullptr && !binary.name_at(address).empty());
}

DiffSequence make_sequence_without_keys(const DiffSide& side) {
  const std::vector<bool> padding = find_padding(side);
  DiffSequence sequence;
  sequence.position.reserve(padding.size());
  for (std::uint32_t i = 0; i < padding.size(); ++i) {
    sequence.position.push_back(sequence.size());
    if (!padding[i]) sequence.insns.push_back(i);
  }
  return sequence;
}

DiffSequence make_sequence(const DiffSide& side, KeyNames names) {
  DiffSequence sequence = make_sequence_without_keys(side);
  for (const std::uint32_t i : sequence.insns) {
    const Insn& insn = side.function.insns[i];
    sequence.mnemonic.push_back(mnemonic_key(side, insn));
    sequence.form.push_back(form_key(insn, sequence.mnemonic.back()));
    sequence.value.push_back(value_key(side, insn, sequence.form.back(), names));
    sequence.exact.push_back(exact_key(insn, sequence.value.back()));
  }
  return sequence;
}

std::uint64_t content_key(const DiffSequence& sequence) {
  Hash hash;
  for (const std::uint64_t value : sequence.value) hash.add(value);
  return hash.add(sequence.size()).value();
}

DiffPartners align_instructions(const DiffSequence& before, const DiffSequence& after) {
  DiffPartners partners = {std::vector(before.size(), kNoIndex),
                           std::vector(after.size(), kNoIndex)};
  for (const auto key : {&DiffSequence::value, &DiffSequence::form, &DiffSequence::mnemonic}) {
    DiffPartners finer = partners;
    for_each_gap(partners, [&](std::uint32_t b_begin, std::uint32_t b_end, std::uint32_t a_begin,
                               std::uint32_t a_end) {
      const auto found = align_sequences(std::span(before.*key).subspan(b_begin, b_end - b_begin),
                                         std::span(after.*key).subspan(a_begin, a_end - a_begin));
      for (std::uint32_t i = 0; i < found.size(); ++i) {
        if (found[i] != kNoIndex) set(finer, b_begin + i, a_begin + found[i]);
      }
    });
    partners = std::move(finer);
  }
  slide_runs(partners.before_of, partners.after_of, after, before);
  slide_runs(partners.after_of, partners.before_of, before, after);
  return partners;
}

}  // namespace asmforge

#include "collect/decode_function.h"

#include <algorithm>
#include <string>
#include <vector>

namespace asmforge {
namespace {

std::string name_of(const FunctionEntry& entry) {
  if (!entry.name.empty()) return std::string(entry.name);
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string digits;
  for (std::uint64_t rest = entry.address; rest != 0; rest /= 16) digits += kDigits[rest % 16];
  if (digits.empty()) digits = "0";
  return "sub_" + std::string(digits.rbegin(), digits.rend());
}

// From front to back, without what the file marks as data.
void decode_part(const Binary& binary, AddressRange part, Decoder& decoder, Function& out) {
  const auto decode = [&](std::uint64_t begin, std::uint64_t end) {
    if (begin < end) decoder.decode_linear(binary.bytes_at(begin, end - begin), begin, out);
  };
  const auto& data = binary.data_in_code;
  auto range = std::upper_bound(
      data.begin(), data.end(), part.begin,
      [](std::uint64_t address, const AddressRange& known) { return address < known.end; });
  std::uint64_t at = part.begin;
  for (; range != data.end() && range->begin < part.end; ++range) {
    decode(at, range->begin);
    const std::uint64_t begin = std::max(at, range->begin);
    at = std::min(part.end, range->end);
    out.not_decoded.push_back({begin, at});
  }
  decode(at, part.end);
}

bool jumps_between_instructions(const Function& function) {
  return std::any_of(function.insns.begin(), function.insns.end(), [&](const Insn& insn) {
    if (!insn.is(InsnClass::kJump) || insn.target == kNoAddress) return false;
    const bool inside =
        std::any_of(function.parts.begin(), function.parts.end(),
                    [&](const AddressRange& part) { return part.contains(insn.target); });
    return inside && function.insn_at(insn.target) == kNoIndex;
  });
}

// Instructions found by following jumps from the entry and from each landing pad.
class FlowDecoder {
 public:
  FlowDecoder(const Binary& binary, Decoder& decoder, Function& function)
      : binary_(binary), decoder_(decoder), function_(function) {}

  void run() {
    function_.insns.clear();
    function_.not_decoded.clear();
    starts_.push_back(function_.address);
    for (const AddressRange& part : function_.parts)
      for (const LandingPad& pad : binary_.landing_pads(part.begin)) starts_.push_back(pad.address);
    while (!starts_.empty()) {
      const std::uint64_t start = starts_.back();
      starts_.pop_back();
      follow(start);
    }
    order();
  }

 private:
  const AddressRange* part_of(std::uint64_t address) const {
    for (const AddressRange& part : function_.parts)
      if (part.contains(address)) return &part;
    return nullptr;
  }

  bool seen(std::uint64_t address) {
    const auto place = std::lower_bound(known_.begin(), known_.end(), address);
    if (place != known_.end() && *place == address) return true;
    known_.insert(place, address);
    return false;
  }

  void follow(std::uint64_t address) {
    for (;;) {
      const AddressRange* part = part_of(address);
      if (part == nullptr || seen(address)) return;
      Insn insn;
      if (!decoder_.decode_one(binary_.bytes_at(address, part->end - address), address, insn))
        return;
      function_.insns.push_back(insn);
      if (insn.is(InsnClass::kJump) && insn.target != kNoAddress) starts_.push_back(insn.target);
      if (insn.ends_block() && !insn.is(InsnClass::kConditional)) return;
      address = insn.end();
    }
  }

  // Part by part, without overlaps, the gaps decoded where that leaves no rest.
  void order() {
    std::vector<Insn> found = std::move(function_.insns);
    std::sort(found.begin(), found.end(),
              [](const Insn& a, const Insn& b) { return a.address < b.address; });
    function_.insns.clear();
    for (const AddressRange& part : function_.parts) {
      std::uint64_t at = part.begin;
      auto insn = std::lower_bound(
          found.begin(), found.end(), part.begin,
          [](const Insn& i, std::uint64_t address) { return i.address < address; });
      for (; insn != found.end() && insn->address < part.end; ++insn) {
        if (insn->address < at) continue;  // overlaps the one before
        if (insn->address > at) gap({at, insn->address});
        function_.insns.push_back(*insn);
        at = insn->end();
      }
      if (at < part.end) gap({at, part.end});
    }
  }

  void gap(AddressRange range) {
    Function rest;
    decoder_.decode_linear(binary_.bytes_at(range.begin, range.size()), range.begin, rest);
    const bool whole =
        rest.not_decoded.empty() && !rest.insns.empty() && rest.insns.back().end() == range.end;
    if (whole)
      function_.insns.insert(function_.insns.end(), rest.insns.begin(), rest.insns.end());
    else
      function_.not_decoded.push_back(range);
  }

  const Binary& binary_;
  Decoder& decoder_;
  Function& function_;
  std::vector<std::uint64_t> starts_;
  std::vector<std::uint64_t> known_;  // ascending
};

}  // namespace

void decode_function(const Binary& binary, const FunctionEntry& entry, Decoder& decoder,
                     Function& out) {
  out.name = name_of(entry);
  out.demangled.clear();
  out.isa = binary.isa;
  out.address = entry.address;
  out.entry_index = static_cast<std::uint32_t>(&entry - binary.functions.data());
  out.parts.assign(1, {entry.address, entry.address + entry.size});
  for (std::uint32_t i = 0; i < entry.cold_part_count; ++i)
    out.parts.push_back(binary.cold_parts[entry.first_cold_part + i].range);
  out.size = 0;
  out.insns.clear();
  out.not_decoded.clear();
  for (const AddressRange& part : out.parts) {
    out.size += part.size();
    decode_part(binary, part, decoder, out);
  }
  // Where data are marked, what is left between them is code.
  if (!binary.data_in_code.empty()) return;
  if (!out.not_decoded.empty() || jumps_between_instructions(out))
    FlowDecoder(binary, decoder, out).run();
}

}  // namespace asmforge

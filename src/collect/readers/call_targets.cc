#include "collect/readers/call_targets.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "base/elf_file.h"

namespace asmforge {
namespace {

// One function body walked from its first byte.
struct Walk {
  std::uint64_t end = 0;
  std::vector<std::uint64_t> targets;  // of calls, and of unconditional jumps out of it
};

// Decoding is bounded by a multiple of the code, because a hostile file can make
// every byte a function that runs to the end.
constexpr std::uint64_t kMostDecodedPerByte = 16;

class Walker {
 public:
  Walker(const Binary& binary, Decoder& decoder) : binary_(binary), decoder_(decoder) {
    for (const Section& section : binary.sections)
      if (section.executable) budget_ += section.bytes.size() * kMostDecodedPerByte;
  }

  // Control flow decides where it ends: behind a return, trap or jump that no
  // earlier jump goes over, at `limit` at the latest, and there when an indirect
  // jump hides where it goes.
  Walk walk_function(std::uint64_t begin, std::uint64_t limit) {
    Walk walk;
    std::uint64_t furthest = begin;
    bool indirect = false;
    walk.end = visit(begin, limit, [&](const Insn& insn) {
      note_target(insn, {begin, limit}, walk);
      if (insn.is(InsnClass::kJump) && insn.target != kNoAddress && insn.target < limit)
        furthest = std::max(furthest, insn.target);
      indirect = indirect || (insn.is(InsnClass::kJump) && insn.is(InsnClass::kIndirect));
      const bool ends = insn.ends_block() && !insn.is(InsnClass::kConditional);
      return !ends || indirect || insn.end() <= furthest;
    });
    if (indirect) walk.end = limit;
    return walk;
  }

  // All of a part whose bounds are known.
  Walk walk_part(const CodePart& part) {
    Walk walk;
    walk.end = part.end;
    visit(part.begin, part.end, [&](const Insn& insn) {
      note_target(insn, part.range(), walk);
      return true;
    });
    return walk;
  }

  // Addresses that the instructions of a part put into registers.
  std::vector<std::uint64_t> addresses_taken(const CodePart& part) {
    std::vector<std::uint64_t> addresses;
    visit(part.begin, part.end, [&](const Insn& insn) {
      if (insn.is(InsnClass::kLea) && insn.memory.address != kNoAddress)
        addresses.push_back(insn.memory.address);
      if (insn.is(InsnClass::kMove) && insn.has_immediate && insn.immediate > 0)
        addresses.push_back(static_cast<std::uint64_t>(insn.immediate));
      return true;
    });
    return addresses;
  }

 private:
  // Calls look(insn) until it says false or bytes are no instruction; returns
  // the end of the last instruction.
  template <class Look>
  std::uint64_t visit(std::uint64_t begin, std::uint64_t limit, Look look) {
    const Bytes bytes = binary_.bytes_at(begin, limit - begin);
    Insn insn;
    std::uint64_t offset = 0;
    while (offset < bytes.size() && budget_ > 0) {
      if (!decoder_.decode_one(bytes.subspan(offset), begin + offset, insn)) break;
      offset += insn.size;
      budget_ -= std::min<std::uint64_t>(budget_, insn.size);
      if (!look(insn)) break;
    }
    return begin + offset;
  }

  static void note_target(const Insn& insn, AddressRange own, Walk& walk) {
    if (insn.target == kNoAddress) return;
    // call next; pop rax: reads the program counter, calls nobody.
    const bool call = insn.is(InsnClass::kCall) && insn.target != insn.end();
    const bool leaves = insn.is(InsnClass::kJump) && !insn.is(InsnClass::kConditional) &&
                        !own.contains(insn.target);
    if (call || leaves) walk.targets.push_back(insn.target);
  }

  const Binary& binary_;
  Decoder& decoder_;
  std::uint64_t budget_ = 0;
};

std::uint64_t end_of_code(const Binary& binary, std::uint64_t address) {
  const Section* section = code_section_at(binary, address);
  return section->address + section->bytes.size();
}

// Finds functions from work that known ones give.
class Finder {
 public:
  Finder(const Binary& binary, Decoder& decoder, std::vector<CodePart>& parts)
      : binary_(binary), parts_(parts), walker_(binary, decoder) {}

  void run(const std::vector<Transfer>& transfers) {
    seed_from_transfers(transfers);
    seed_from_open_parts();
    while (!work_.empty()) {
      const std::uint64_t target = work_.back();
      work_.pop_back();
      add(target);
    }
    if (found_.empty()) return;
    std::vector<CodePart> merged;
    merged.reserve(parts_.size() + found_.size());
    auto known = parts_.begin();
    for (const auto& [begin, part] : found_) {
      for (; known != parts_.end() && known->begin < begin; ++known) merged.push_back(*known);
      merged.push_back(part);
    }
    merged.insert(merged.end(), known, parts_.end());
    parts_ = std::move(merged);
  }

 private:
  // Bytes may only look like a call: decode the part that holds them, once.
  void seed_from_transfers(const std::vector<Transfer>& transfers) {
    std::vector<std::uint32_t> sources;
    for (const Transfer& transfer : transfers)
      if (part_containing(parts_, transfer.to) == kNoIndex)
        if (const std::uint32_t source = part_containing(parts_, transfer.from); source != kNoIndex)
          sources.push_back(source);
    std::sort(sources.begin(), sources.end());
    sources.erase(std::unique(sources.begin(), sources.end()), sources.end());
    for (const std::uint32_t source : sources) take(walker_.walk_part(parts_[source]).targets);
  }

  // Parts whose extent was walked may reach their neighbours by short jumps. The
  // program's entry passes main's address to the C library.
  void seed_from_open_parts() {
    for (const CodePart& part : parts_) {
      if (!part.size_known) take(walker_.walk_part(part).targets);
      if (part.begin == binary_.entry_point) take(walker_.addresses_taken(part));
    }
  }

  void take(const std::vector<std::uint64_t>& targets) {
    work_.insert(work_.end(), targets.begin(), targets.end());
  }

  void add(std::uint64_t begin) {
    if (code_section_at(binary_, begin) == nullptr || found_.contains(begin)) return;
    if (part_containing(parts_, begin) != kNoIndex) return;
    auto next = found_.upper_bound(begin);
    std::uint64_t limit = end_of_code(binary_, begin);
    if (begin >= limit) return;
    if (next != found_.end()) limit = std::min(limit, next->first);
    // One that was taken to reach over this place ends here.
    if (next != found_.begin()) {
      CodePart& before = std::prev(next)->second;
      before.end = std::min(before.end, begin);
    }
    const auto known =
        std::upper_bound(parts_.begin(), parts_.end(), begin,
                         [](std::uint64_t a, const CodePart& part) { return a < part.begin; });
    if (known != parts_.end()) limit = std::min(limit, known->begin);

    const Walk walk = walker_.walk_function(begin, limit);
    if (walk.end == begin) return;
    found_.emplace(begin, CodePart{.begin = begin,
                                   .end = walk.end,
                                   .name = {},
                                   .origin = FunctionOrigin::kCallTarget,
                                   .size_known = false});
    take(walk.targets);
  }

  const Binary& binary_;
  std::vector<CodePart>& parts_;
  Walker walker_;
  std::vector<std::uint64_t> work_;
  std::map<std::uint64_t, CodePart> found_;
};

}  // namespace

void measure_entry_points(const Binary& binary, Decoder& decoder, std::vector<CodePart>& parts) {
  Walker walker(binary, decoder);
  for (CodePart& part : parts) {
    if (part.size_known || part.origin != FunctionOrigin::kEntryPoint) continue;
    const std::uint64_t end = walker.walk_function(part.begin, part.end).end;
    if (end > part.begin) part.end = end;
  }
}

std::vector<AddressRange> uncovered_code(const Binary& binary, const std::vector<CodePart>& parts) {
  std::vector<AddressRange> uncovered;
  auto part = parts.begin();
  for (const Section& section : binary.sections) {
    if (code_section_at(binary, section.address) != &section) continue;
    const std::uint64_t end = section.address + section.bytes.size();
    std::uint64_t at = section.address;
    for (; part != parts.end() && part->begin < end; ++part) {
      if (part->begin > at) uncovered.push_back({at, part->begin});
      at = std::max(at, part->end);
    }
    if (at < end) uncovered.push_back({at, end});
  }
  return uncovered;
}

void add_call_targets(const Binary& binary, const std::vector<Transfer>& transfers,
                      Decoder& decoder, std::vector<CodePart>& parts) {
  Finder(binary, decoder, parts).run(transfers);
}

}  // namespace asmforge

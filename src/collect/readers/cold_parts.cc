#include "collect/readers/cold_parts.h"

#include <algorithm>
#include <map>
#include <utility>

#include "collect/readers/code_flow.h"
#include "collect/readers/landing_pads.h"

namespace asmforge {
namespace {

// Who jumps to a part that may be cold.
struct References {
  std::vector<std::uint32_t> sources;  // part indices, ascending, each once
  bool called = false;
  bool conditionally = false;
};

class Joiner {
 public:
  Joiner(const Binary& binary, const UnwindTable& unwind, Decoder& decoder,
         std::vector<CodePart>& parts)
      : binary_(binary),
        unwind_(unwind),
        decoder_(decoder),
        parts_(parts),
        references_(parts.size()) {}

  void run(const Transfers& transfers) {
    for (const Transfer& jump : transfers.jumps) note(jump, transfers.called);
    for (References& references : references_) {
      std::sort(references.sources.begin(), references.sources.end());
      references.sources.erase(std::unique(references.sources.begin(), references.sources.end()),
                               references.sources.end());
    }
    join_all_by_jumps();
    join_by_landing_pads();
    join_all_by_jumps();
    for (std::uint32_t i = 0; i < parts_.size(); ++i)
      if (parts_[i].parent != kNoIndex) parts_[i].parent = root(i);
  }

 private:
  void note(const Transfer& jump, const CodeAddresses& called) {
    const bool is_called = called.contains(jump.to);
    const std::uint32_t target = part_containing(parts_, jump.to);
    if (target == kNoIndex || !parts_[target].may_be_cold) return;
    if (parts_[target].frame_is_fresh && parts_[target].begin != jump.to) return;
    References& references = references_[target];
    references.called = is_called;
    // What is called and can be called is a function, whoever jumps to it.
    if (is_called && parts_[target].frame_is_fresh) return;
    const std::uint32_t source = part_containing(parts_, jump.from);
    if (source == target || source == kNoIndex) return;
    references.conditionally =
        references.conditionally || jump.kind == TransferKind::kConditionalJump;
    references.sources.push_back(source);
  }

  [[nodiscard]] bool open(std::uint32_t part) const {
    return parts_[part].may_be_cold && parts_[part].parent == kNoIndex;
  }

  // The end of the chain of parents; shortens the chain on the way.
  std::uint32_t root(std::uint32_t part) {
    while (parts_[part].parent != kNoIndex) {
      CodePart& here = parts_[part];
      const std::uint32_t above = parts_[here.parent].parent;
      if (above != kNoIndex) here.parent = above;
      part = here.parent;
    }
    return part;
  }

  // The function that a part belongs to: itself or, when it is cold, its parent;
  // kNoIndex while that is not known.
  std::uint32_t owner(std::uint32_t part) {
    const std::uint32_t r = root(part);
    return parts_[r].frame_is_fresh ? r : kNoIndex;
  }

  // A part that only a cold part jumps to waits until that one is joined. Compilers
  // make chains of two; the bound is for hostile files.
  void join_all_by_jumps() {
    constexpr int kLongestChain = 8;
    for (int i = 0; i < kLongestChain; ++i)
      if (!join_by_jumps()) return;
  }

  bool join_by_jumps() {
    bool joined = false;
    for (std::uint32_t i = 0; i < parts_.size(); ++i) {
      if (!open(i)) continue;
      const std::uint32_t parent =
          parts_[i].frame_is_fresh ? parent_of_fresh(i) : parent_of_uncallable(i);
      if (parent == kNoIndex || parent == i) continue;
      parts_[i].parent = parent;
      joined = true;
    }
    return joined;
  }

  // Functions that jump to the part, each once; cold sources count as their owner.
  std::vector<std::uint32_t> owners_of_sources(std::uint32_t part) {
    std::vector<std::uint32_t> owners;
    for (const std::uint32_t source : references_[part].sources)
      if (const std::uint32_t o = owner(source); o != kNoIndex) owners.push_back(o);
    std::sort(owners.begin(), owners.end());
    owners.erase(std::unique(owners.begin(), owners.end()), owners.end());
    return owners;
  }

  const CodeFlow& flow(std::uint32_t part) {
    auto found = flows_.find(part);
    if (found == flows_.end())
      found = flows_.emplace(part, flow_of(binary_, parts_[part].range(), decoder_)).first;
    return found->second;
  }

  // Functions into whose middle the part jumps.
  std::vector<std::uint32_t> functions_gone_back_to(std::uint32_t part) {
    std::vector<std::uint32_t> functions;
    for (const JumpOut& jump : flow(part).jumps) {
      const std::uint32_t reached = part_containing(parts_, jump.target);
      if (reached == kNoIndex || reached == part) continue;
      const bool middle = parts_[reached].begin != jump.target;
      if (const std::uint32_t o = owner(reached); middle && o != kNoIndex) functions.push_back(o);
    }
    return functions;
  }

  // Nobody can call it, so whoever jumps to it owns it.
  std::uint32_t parent_of_uncallable(std::uint32_t part) {
    const std::vector<std::uint32_t> owners = owners_of_sources(part);
    if (owners.size() == 1) return owners.front();
    // Reached through a jump table alone, or by bytes that only look like a jump.
    for (const std::uint32_t function : functions_gone_back_to(part))
      if (owners.empty() || std::binary_search(owners.begin(), owners.end(), function))
        return function;
    return kNoIndex;
  }

  // It could be a function, so all must speak against it.
  std::uint32_t parent_of_fresh(std::uint32_t part) {
    const References& references = references_[part];
    if (references.called || references.sources.empty()) return kNoIndex;
    // A source that is not decided yet could be another function.
    for (const std::uint32_t source : references.sources)
      if (owner(source) == kNoIndex) return kNoIndex;
    const std::vector<std::uint32_t> owners = owners_of_sources(part);
    if (owners.size() != 1) return kNoIndex;
    const std::vector<std::uint32_t> back = functions_gone_back_to(part);
    if (std::find(back.begin(), back.end(), owners.front()) != back.end()) return owners.front();
    // No compiler makes a conditional jump to another function that does not return.
    const bool ends = !flow(part).returns && flow(part).jumps.empty();
    return references.conditionally && ends ? owners.front() : kNoIndex;
  }

  // What is left may be reached by exceptions alone.
  void join_by_landing_pads() {
    const bool wanted = std::any_of(parts_.begin(), parts_.end(), [](const CodePart& part) {
      return part.may_be_cold && part.parent == kNoIndex && !part.frame_is_fresh;
    });
    if (!wanted) return;
    for (const UnwindEntry& entry : unwind_.entries) {
      const std::uint32_t source = part_containing(parts_, entry.begin);
      if (entry.landing_pads == 0 || source == kNoIndex) continue;
      const std::uint32_t function = owner(source);
      if (function == kNoIndex) continue;
      for (const LandingPad& pad : read_landing_pads(binary_, entry)) {
        const std::uint32_t target = part_containing(parts_, pad.address);
        if (target != kNoIndex && target != function && open(target) &&
            !parts_[target].frame_is_fresh)
          parts_[target].parent = function;
      }
    }
  }

  const Binary& binary_;
  const UnwindTable& unwind_;
  Decoder& decoder_;
  std::vector<CodePart>& parts_;
  std::vector<References> references_;  // by part
  std::map<std::uint32_t, CodeFlow> flows_;
};

}  // namespace

void join_cold_parts(const Binary& binary, const UnwindTable& unwind, const Transfers& transfers,
                     Decoder& decoder, std::vector<CodePart>& parts) {
  Joiner(binary, unwind, decoder, parts).run(transfers);
}

}  // namespace asmforge

#include "graph/match_loops.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <utility>

namespace asmforge {
namespace {

// What a loop does, without registers, order and addresses: a word per instruction.
using Shape = std::vector<std::uint64_t>;

// Beyond this an immediate may be an address, which other builds place elsewhere.
constexpr std::int64_t kSmallImmediate = 1 << 16;

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  // The multiplier of Steele and Vigna, "Computationally easy, spectrally good
  // multipliers", 2021; any odd one of good spread would do.
  return (hash ^ value) * 0xd1342543de82ef95ULL + (hash >> 32);
}

std::uint64_t word_of(const Insn& insn) {
  std::uint64_t word = mix(1, insn.opcode);
  if (insn.has_immediate && insn.immediate > -kSmallImmediate && insn.immediate < kSmallImmediate)
    word = mix(word, static_cast<std::uint64_t>(insn.immediate));
  if (insn.memory.present)
    word = mix(word, (std::uint64_t{insn.memory.bytes} << 8) | insn.memory.scale);
  return word;
}

struct KnownLoop {
  LoopIndex loop = kNoIndex;
  std::uint32_t depth = 0;
  bool innermost = true;
  LoopRole role = LoopRole::kUnknown;
  std::uint32_t line = 0;  // of the header's innermost frame; 0 unknown
  std::string file;
  std::uint32_t likeness = 0;  // equal numbers: the same depth and shape, in either build
  bool unchanged = false;      // as many loops of its likeness in the other build
};

// Of both builds, which must be numbered together.
using Likenesses = std::map<std::pair<std::uint32_t, Shape>, std::uint32_t>;

std::vector<KnownLoop> loops_of(const LoopSide& side, Likenesses& likenesses) {
  std::vector<KnownLoop> known;
  for (LoopIndex l = 0; l < side.loops.loops.size(); ++l) {
    const Loop& loop = side.loops.loops[l];
    KnownLoop k;
    k.loop = l;
    k.depth = loop.depth;
    k.innermost = loop.innermost;
    k.role = loop.role;
    Shape shape;
    for (const BlockIndex b : loop.blocks)
      for (std::uint32_t i = side.cfg.blocks[b].first; i <= side.cfg.blocks[b].last; ++i)
        if (!side.function.insns[i].is(InsnClass::kNop))
          shape.push_back(word_of(side.function.insns[i]));
    std::sort(shape.begin(), shape.end());
    const auto next = static_cast<std::uint32_t>(likenesses.size());
    k.likeness = likenesses.try_emplace({loop.depth, std::move(shape)}, next).first->second;
    if (side.source) {
      const SourceLocation at =
          side.source(side.function.insns[side.cfg.blocks[loop.header].first].address);
      if (at.known()) {
        k.line = at.frames.front().line;
        k.file = at.frames.front().file;
      }
    }
    known.push_back(std::move(k));
  }
  return known;
}

bool same_line(const KnownLoop& a, const KnownLoop& b) {
  return a.line != 0 && a.line == b.line && a.file == b.file;
}

bool is_helper(const KnownLoop& l) {
  return l.role == LoopRole::kPeel || l.role == LoopRole::kRemainder || l.role == LoopRole::kCold;
}

std::vector<KnownLoop> changed_among(const std::vector<KnownLoop>& loops) {
  std::vector<KnownLoop> changed;
  std::copy_if(loops.begin(), loops.end(), std::back_inserter(changed),
               [](const KnownLoop& l) { return !l.unchanged; });
  return changed;
}

// Lines can only tell several changed loops apart when none of them moved.
bool all_have_their_line(const std::vector<KnownLoop>& loops,
                         const std::vector<KnownLoop>& others) {
  return std::all_of(loops.begin(), loops.end(), [&](const KnownLoop& l) {
    return std::any_of(others.begin(), others.end(),
                       [&](const KnownLoop& o) { return same_line(l, o); });
  });
}

LoopMatch unknown(LoopIndex loop, std::string reason) {
  return {loop, {}, MatchedBy::kNothing, std::move(reason)};
}

LoopMatch match_changed(const KnownLoop& wanted, const std::vector<KnownLoop>& old_rest,
                        const std::vector<KnownLoop>& new_rest) {
  const auto is_another = [&](const KnownLoop& l) {
    return l.loop != wanted.loop && !is_helper(l);
  };
  LoopMatch match{wanted.loop, {}, MatchedBy::kElimination, {}};
  if (std::any_of(old_rest.begin(), old_rest.end(), is_another)) {
    // Two loops on one line are as good as none with a line.
    const bool shares_line = std::any_of(old_rest.begin(), old_rest.end(), [&](const KnownLoop& l) {
      return is_another(l) && same_line(l, wanted);
    });
    if (shares_line || !all_have_their_line(old_rest, new_rest))
      return unknown(wanted.loop, "several loops changed and cannot be told apart");
    match.by = MatchedBy::kSourceLine;
  }
  for (const KnownLoop& l : new_rest) {
    if (match.by == MatchedBy::kSourceLine && !same_line(l, wanted)) continue;
    if (l.depth == wanted.depth && l.innermost == wanted.innermost && !is_helper(l))
      match.after.push_back(l.loop);
  }
  if (!match.known()) return unknown(wanted.loop, "the loop is gone, outlined or nested otherwise");
  return match;
}

}  // namespace

std::vector<LoopMatch> match_loops(const LoopSide& before, const LoopSide& after) {
  Likenesses likenesses;
  std::vector<KnownLoop> old_loops = loops_of(before, likenesses);
  std::vector<KnownLoop> new_loops = loops_of(after, likenesses);
  struct Alike {
    std::uint32_t before = 0;
    std::vector<LoopIndex> after;
  };
  std::vector<Alike> alike(likenesses.size());
  for (const KnownLoop& l : old_loops) ++alike[l.likeness].before;
  for (const KnownLoop& l : new_loops) alike[l.likeness].after.push_back(l.loop);
  for (std::vector<KnownLoop>* loops : {&old_loops, &new_loops})
    for (KnownLoop& l : *loops)
      l.unchanged = alike[l.likeness].before == alike[l.likeness].after.size();

  const std::vector<KnownLoop> old_rest = changed_among(old_loops);
  const std::vector<KnownLoop> new_rest = changed_among(new_loops);
  std::vector<LoopMatch> matches;
  for (const KnownLoop& l : old_loops) {
    if (l.unchanged)
      matches.push_back({l.loop, alike[l.likeness].after, MatchedBy::kShape, {}});
    else
      matches.push_back(match_changed(l, old_rest, new_rest));
  }
  return matches;
}

}  // namespace asmforge

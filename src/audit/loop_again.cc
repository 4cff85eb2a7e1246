#include "audit/loop_again.h"

#include <algorithm>
#include <cstdint>
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
  Shape shape;
  std::uint32_t line = 0;  // of the header's innermost frame; 0 unknown
  std::string file;
};

std::vector<KnownLoop> loops_of(const FunctionView& view, const SourceOfAddress& source) {
  std::vector<KnownLoop> known;
  for (LoopIndex l = 0; l < view.loops.loops.size(); ++l) {
    const Loop& loop = view.loops.loops[l];
    KnownLoop k{l, loop.depth, loop.innermost, loop.role, {}, 0, {}};
    for (const BlockIndex b : loop.blocks)
      for (std::uint32_t i = view.cfg.blocks[b].first; i <= view.cfg.blocks[b].last; ++i)
        if (!view.function.insns[i].is(InsnClass::kNop))
          k.shape.push_back(word_of(view.function.insns[i]));
    std::sort(k.shape.begin(), k.shape.end());
    if (source) {
      const SourceLocation at =
          source(view.function.insns[view.cfg.blocks[loop.header].first].address);
      if (at.known()) {
        k.line = at.frames.front().line;
        k.file = at.frames.front().file;
      }
    }
    known.push_back(std::move(k));
  }
  return known;
}

bool unchanged(const KnownLoop& a, const KnownLoop& b) {
  return a.depth == b.depth && a.shape == b.shape;
}

std::size_t count_like(const std::vector<KnownLoop>& loops, const KnownLoop& wanted) {
  return static_cast<std::size_t>(std::count_if(
      loops.begin(), loops.end(), [&](const KnownLoop& l) { return unchanged(l, wanted); }));
}

// Those that are not in the other build as they are here.
std::vector<KnownLoop> without_unchanged(const std::vector<KnownLoop>& loops,
                                         const std::vector<KnownLoop>& others) {
  std::vector<KnownLoop> rest;
  std::copy_if(loops.begin(), loops.end(), std::back_inserter(rest),
               [&](const KnownLoop& l) { return count_like(loops, l) != count_like(others, l); });
  return rest;
}

bool same_line(const KnownLoop& a, const KnownLoop& b) {
  return a.line != 0 && a.line == b.line && a.file == b.file;
}

bool is_helper(const KnownLoop& l) {
  return l.role == LoopRole::kPeel || l.role == LoopRole::kRemainder || l.role == LoopRole::kCold;
}

// Lines can only tell several changed loops apart when none of them moved.
bool all_have_their_line(const std::vector<KnownLoop>& loops,
                         const std::vector<KnownLoop>& others) {
  return std::all_of(loops.begin(), loops.end(), [&](const KnownLoop& l) {
    return std::any_of(others.begin(), others.end(),
                       [&](const KnownLoop& o) { return same_line(l, o); });
  });
}

LoopAgain unknown(std::string reason) { return {{}, std::move(reason)}; }

}  // namespace

LoopAgain find_again(const FunctionView& before, LoopIndex loop, const FunctionView& after,
                     const SourceOfAddress& source_before, const SourceOfAddress& source_after) {
  const std::vector<KnownLoop> old_loops = loops_of(before, source_before);
  const std::vector<KnownLoop> new_loops = loops_of(after, source_after);
  const KnownLoop& wanted = old_loops[loop];
  if (const std::size_t now = count_like(new_loops, wanted);
      now != 0 && now == count_like(old_loops, wanted)) {
    const auto same = std::find_if(new_loops.begin(), new_loops.end(),
                                   [&](const KnownLoop& l) { return unchanged(l, wanted); });
    return {{same->loop}, {}};
  }
  const std::vector<KnownLoop> old_rest = without_unchanged(old_loops, new_loops);
  std::vector<KnownLoop> new_rest = without_unchanged(new_loops, old_loops);
  const auto is_another = [&](const KnownLoop& l) { return l.loop != loop && !is_helper(l); };
  if (std::any_of(old_rest.begin(), old_rest.end(), is_another)) {
    // Two loops on one line are as good as none with a line.
    const bool shares_line = std::any_of(old_rest.begin(), old_rest.end(), [&](const KnownLoop& l) {
      return is_another(l) && same_line(l, wanted);
    });
    if (shares_line || !all_have_their_line(old_rest, new_rest))
      return unknown("several loops changed and cannot be told apart");
    new_rest.erase(std::remove_if(new_rest.begin(), new_rest.end(),
                                  [&](const KnownLoop& l) { return !same_line(l, wanted); }),
                   new_rest.end());
  }
  LoopAgain found;
  for (const KnownLoop& l : new_rest)
    if (l.depth == wanted.depth && l.innermost == wanted.innermost && !is_helper(l))
      found.loops.push_back(l.loop);
  if (found.loops.empty()) return unknown("the loop is gone, outlined or nested otherwise");
  return found;
}

}  // namespace asmforge

#include "graph/sequence_alignment.h"

#include <algorithm>
#include <limits>

#include "core/error.h"
#include "core/function.h"

namespace asmforge {
namespace {

// Differences that one search looks for from each end before it settles for the
// furthest point: 2 * 1024^2 steps take about 5 ms.
constexpr std::int64_t kMaxCost = 1024;

struct Box {
  std::int64_t before_begin, before_end, after_begin, after_end;
};

struct Point {
  std::int64_t before, after;
};

class Aligner {
 public:
  Aligner(std::span<const std::uint64_t> before, std::span<const std::uint64_t> after)
      : before_(before),
        after_(after),
        zero_(static_cast<std::int64_t>(after.size()) + 1),
        forward_(before.size() + after.size() + 3),
        backward_(before.size() + after.size() + 3),
        partner_(before.size(), kNoIndex) {}

  std::vector<std::uint32_t> run() {
    std::vector<Box> work = {{0, static_cast<std::int64_t>(before_.size()), 0,
                              static_cast<std::int64_t>(after_.size())}};
    while (!work.empty()) {
      Box box = work.back();
      work.pop_back();
      trim(box);
      if (box.before_begin == box.before_end || box.after_begin == box.after_end) continue;
      const Point p = split(box);
      const Box first = {box.before_begin, p.before, box.after_begin, p.after};
      const Box second = {p.before, box.before_end, p.after, box.after_end};
      // A box that does not shrink would be split for ever.
      AF_CHECK(size(first) < size(box) && size(second) < size(box));
      work.push_back(first);
      work.push_back(second);
    }
    return std::move(partner_);
  }

 private:
  static std::int64_t size(const Box& box) {
    return box.before_end - box.before_begin + box.after_end - box.after_begin;
  }
  [[nodiscard]] bool equal(std::int64_t i, std::int64_t j) const {
    return before_[static_cast<std::size_t>(i)] == after_[static_cast<std::size_t>(j)];
  }
  void match(std::int64_t i, std::int64_t j) {
    partner_[static_cast<std::size_t>(i)] = static_cast<std::uint32_t>(j);
  }

  void trim(Box& box) {
    while (box.before_begin < box.before_end && box.after_begin < box.after_end &&
           equal(box.before_begin, box.after_begin))
      match(box.before_begin++, box.after_begin++);
    while (box.before_begin < box.before_end && box.after_begin < box.after_end &&
           equal(box.before_end - 1, box.after_end - 1))
      match(--box.before_end, --box.after_end);
  }

  // Diagonal d holds the points with before - after == d.
  std::int64_t& forward(std::int64_t d) { return forward_[static_cast<std::size_t>(zero_ + d)]; }
  std::int64_t& backward(std::int64_t d) { return backward_[static_cast<std::size_t>(zero_ + d)]; }

  // A point on a shortest path through the box, found by searching from both
  // ends at once; forward(d) is the furthest `before` reached on diagonal d.
  Point split(const Box& box) {
    const std::int64_t lowest = box.before_begin - box.after_end;
    const std::int64_t highest = box.before_end - box.after_begin;
    const std::int64_t start = box.before_begin - box.after_begin;
    const std::int64_t end = box.before_end - box.after_end;
    const bool odd = ((start - end) & 1) != 0;
    std::int64_t f_low = start, f_high = start, b_low = end, b_high = end;
    forward(start) = box.before_begin;
    backward(end) = box.before_end;
    for (std::int64_t cost = 1;; ++cost) {
      widen(f_low, f_high, lowest, highest, forward_, -1);
      for (std::int64_t d = f_high; d >= f_low; d -= 2) {
        std::int64_t i = std::max(forward(d - 1) + 1, forward(d + 1));
        while (i < box.before_end && i - d < box.after_end && equal(i, i - d)) ++i;
        forward(d) = i;
        if (odd && b_low <= d && d <= b_high && backward(d) <= i) return {i, i - d};
      }
      widen(b_low, b_high, lowest, highest, backward_, kFar);
      for (std::int64_t d = b_high; d >= b_low; d -= 2) {
        std::int64_t i = std::min(backward(d - 1), backward(d + 1) - 1);
        while (i > box.before_begin && i - d > box.after_begin && equal(i - 1, i - d - 1)) --i;
        backward(d) = i;
        if (!odd && f_low <= d && d <= f_high && i <= forward(d)) return {i, i - d};
      }
      if (cost >= kMaxCost) return furthest(box, f_low, f_high, b_low, b_high);
    }
  }

  // One diagonal more on each side, with a sentinel next to it; at the box's
  // edge one less, which keeps the parity of the diagonals in step.
  void widen(std::int64_t& low, std::int64_t& high, std::int64_t lowest, std::int64_t highest,
             std::vector<std::int64_t>& reached, std::int64_t sentinel) const {
    if (low > lowest)
      reached[static_cast<std::size_t>(zero_ + --low - 1)] = sentinel;
    else
      ++low;
    if (high < highest)
      reached[static_cast<std::size_t>(zero_ + ++high + 1)] = sentinel;
    else
      --high;
  }

  Point furthest(const Box& box, std::int64_t f_low, std::int64_t f_high, std::int64_t b_low,
                 std::int64_t b_high) {
    Point best = {box.before_begin, box.after_begin};
    std::int64_t best_progress = 0;
    const auto consider = [&](std::int64_t i, std::int64_t d, std::int64_t progress) {
      if (progress <= best_progress || progress >= size(box)) return;
      best = {i, i - d};
      best_progress = progress;
    };
    // The search may run one step past the box's edge: back onto it.
    for (std::int64_t d = f_low; d <= f_high; d += 2) {
      const std::int64_t i = std::min({forward(d), box.before_end, box.after_end + d});
      consider(i, d, i - box.before_begin + (i - d) - box.after_begin);
    }
    for (std::int64_t d = b_low; d <= b_high; d += 2) {
      const std::int64_t i = std::max({backward(d), box.before_begin, box.after_begin + d});
      consider(i, d, box.before_end - i + box.after_end - (i - d));
    }
    return best;
  }

  static constexpr std::int64_t kFar = std::numeric_limits<std::int64_t>::max() / 2;

  std::span<const std::uint64_t> before_;
  std::span<const std::uint64_t> after_;
  std::int64_t zero_;
  std::vector<std::int64_t> forward_;
  std::vector<std::int64_t> backward_;
  std::vector<std::uint32_t> partner_;
};

}  // namespace

std::vector<std::uint32_t> align_sequences(std::span<const std::uint64_t> before,
                                           std::span<const std::uint64_t> after) {
  return Aligner(before, after).run();
}

}  // namespace asmforge

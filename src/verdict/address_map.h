// Which address of one build is which of another: parts that moved as a whole.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace asmforge {

// [begin, end) of the build before lies at [begin + delta, end + delta) after.
struct MovedPart {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t delta = 0;  // modulo 2^64
  bool code = false;
};

class AddressMap {
 public:
  void add(const MovedPart& part) {
    if (part.begin < part.end) parts_.push_back(part);
  }
  // After all are added. False when parts overlap, before or after.
  bool seal() {
    const auto by_after = [](const MovedPart& x, const MovedPart& y) {
      return x.begin + x.delta < y.begin + y.delta;
    };
    std::ranges::sort(parts_, by_after);
    for (std::size_t i = 1; i < parts_.size(); ++i) {
      if (parts_[i - 1].end + parts_[i - 1].delta > parts_[i].begin + parts_[i].delta) return false;
    }
    std::ranges::sort(parts_, {}, &MovedPart::begin);
    for (std::size_t i = 1; i < parts_.size(); ++i) {
      if (parts_[i - 1].end > parts_[i].begin) return false;
    }
    return true;
  }

  [[nodiscard]] const MovedPart* at(std::uint64_t before) const {
    const MovedPart* part = starting_below(before);
    return part != nullptr && before < part->end ? part : nullptr;
  }
  // Where `before` is after. An end of data at which nothing else begins belongs to
  // the data; between the parts of code there is nothing to refer to.
  [[nodiscard]] std::optional<std::uint64_t> after(std::uint64_t before) const {
    const MovedPart* part = starting_below(before);
    if (part == nullptr || before > part->end || (part->code && before == part->end))
      return std::nullopt;
    return before + part->delta;
  }
  [[nodiscard]] bool moved_anything() const {
    return std::ranges::any_of(parts_, [](const MovedPart& part) { return part.delta != 0; });
  }
  [[nodiscard]] const std::vector<MovedPart>& parts() const { return parts_; }

 private:
  [[nodiscard]] const MovedPart* starting_below(std::uint64_t before) const {
    const auto next = std::ranges::upper_bound(parts_, before, {}, &MovedPart::begin);
    return next == parts_.begin() ? nullptr : &*std::prev(next);
  }

  std::vector<MovedPart> parts_;  // ascending in begin
};

}  // namespace asmforge

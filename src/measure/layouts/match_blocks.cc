#include "measure/layouts/match_blocks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <utility>

#include "base/content_hash.h"
#include "measure/layouts/mix.h"

namespace asmforge {
namespace {

constexpr std::uint32_t kResidues = 64;
constexpr std::uint32_t kNopChoices = 16;  // as many bytes as alignment to 16 may put

// 0..63 in an order that the key decides, the same on every machine.
std::array<std::uint8_t, kResidues> order_of(std::uint64_t seed, const std::string& key) {
  std::array<std::uint8_t, kResidues> order{};
  std::iota(order.begin(), order.end(), std::uint8_t{0});
  const std::string name =
      content_hash({reinterpret_cast<const std::uint8_t*>(key.data()), key.size()});
  std::uint64_t random = mixed(seed) ^ std::stoull(name.substr(0, 16), nullptr, 16);
  for (std::uint32_t i = kResidues - 1; i > 0; --i) {
    random = mixed(random);
    std::swap(order[i], order[random % (i + 1)]);
  }
  return order;
}

}  // namespace

BlockMatch match_blocks(const FunctionBlocks& one, const FunctionBlocks& other) {
  BlockMatch match;
  match.partner.assign(other.blocks.size(), BlockMatch::kNone);
  std::vector<bool> taken(one.blocks.size(), false);
  const auto pair_up = [&](std::size_t in_one, std::size_t in_other) {
    match.partner[in_other] = static_cast<std::uint32_t>(in_one);
    taken[in_one] = true;
    if (one.blocks[in_one].text == other.blocks[in_other].text)
      match.matched_instructions += 2 * std::uint64_t{one.blocks[in_one].instructions};
  };
  if (!one.blocks.empty() && !other.blocks.empty()) pair_up(0, 0);

  std::map<std::string_view, std::vector<std::size_t>> by_text;  // last in order first
  for (std::size_t i = one.blocks.size(); i-- > 1;) by_text[one.blocks[i].text].push_back(i);
  for (std::size_t i = 1; i < other.blocks.size(); ++i) {
    const auto at = by_text.find(other.blocks[i].text);
    if (at == by_text.end() || at->second.empty()) continue;
    pair_up(at->second.back(), i);
    at->second.pop_back();
  }

  std::vector<std::size_t> left;
  for (std::size_t i = 0; i < taken.size(); ++i)
    if (!taken[i]) left.push_back(i);
  std::vector<std::size_t> unmatched;
  for (std::size_t i = 0; i < match.partner.size(); ++i)
    if (match.partner[i] == BlockMatch::kNone) unmatched.push_back(i);
  if (left.size() == unmatched.size())
    for (std::size_t i = 0; i < left.size(); ++i) pair_up(left[i], unmatched[i]);

  for (const FunctionBlocks* function : {&one, &other})
    for (const CodeBlock& block : function->blocks) match.all_instructions += block.instructions;
  return match;
}

BlockPlace place_of_block(std::uint64_t seed, const std::string& key, std::size_t alignments,
                          std::uint32_t layout) {
  BlockPlace place{.residue = order_of(seed, key)[layout % kResidues], .nops = {}};
  for (std::size_t i = 0; i < alignments; ++i)
    place.nops.push_back(order_of(seed, fmt::format("{}/{}", key, i))[layout % kResidues] %
                         kNopChoices);
  return place;
}

}  // namespace asmforge

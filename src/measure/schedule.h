// Which program runs when. Drawn from the trial's seed alone, so that the record's seed
// gives the same order again.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/trial.h"

namespace asmforge {

struct PlannedRun {
  Arm arm = Arm::kBefore;
  Stage stage = Stage::kNatural;
  std::uint32_t layout = kNoLayout;
  std::uint32_t environment_padding_bytes = 0;
};

// Tells the draws of one trial apart.
struct DrawOf {
  std::uint64_t seed = 0;
  Stage stage = Stage::kNatural;
  std::uint32_t workload = 0;
  std::uint32_t block = 0;
  std::uint32_t attempt = 0;  // of a block that is made again
};

// The arms in random order, then in the opposite one: ABBA or BAAB, so that a machine
// that slows down steadily slows both alike.
std::vector<PlannedRun> mirrored_block(const DrawOf& draw, std::span<const Arm> arms);

// All of `programs` once, in random order.
std::vector<PlannedRun> shuffled_round(const DrawOf& draw, std::span<const PlannedRun> programs);

// The same runs with new paddings, in the same order: a block that is made again.
std::vector<PlannedRun> made_again(const DrawOf& draw, std::span<const PlannedRun> runs);

// A page: what the stack's place is random in.
inline constexpr std::uint32_t kPaddingBytes = 4096;

}  // namespace asmforge

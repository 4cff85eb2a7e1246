#include "measure/schedule.h"

#include "base/statistics/random.h"

namespace asmforge {
namespace {

Random random_of(const DrawOf& draw) {
  std::uint64_t seed = draw.seed;
  for (const std::uint64_t part :
       {static_cast<std::uint64_t>(draw.stage) + 1, static_cast<std::uint64_t>(draw.workload) + 1,
        static_cast<std::uint64_t>(draw.block) + 1, static_cast<std::uint64_t>(draw.attempt) + 1})
    seed = Random(seed ^ (part * 0x9e37'79b9'7f4a'7c15)).bits();
  return Random(seed);
}

void draw_paddings(Random& random, std::span<PlannedRun> runs) {
  for (PlannedRun& run : runs)
    run.environment_padding_bytes = static_cast<std::uint32_t>(random.below(kPaddingBytes));
}

}  // namespace

std::vector<PlannedRun> mirrored_block(const DrawOf& draw, std::span<const Arm> arms) {
  Random random = random_of(draw);
  std::vector<PlannedRun> runs;
  for (const Arm arm : arms) runs.push_back({arm, draw.stage, kNoLayout, 0});
  random.shuffle(std::span(runs));
  for (std::size_t i = arms.size(); i > 0; --i) runs.push_back(runs[i - 1]);
  draw_paddings(random, runs);
  return runs;
}

std::vector<PlannedRun> shuffled_round(const DrawOf& draw, std::span<const PlannedRun> programs) {
  Random random = random_of(draw);
  std::vector<PlannedRun> runs(programs.begin(), programs.end());
  random.shuffle(std::span(runs));
  draw_paddings(random, runs);
  return runs;
}

std::vector<PlannedRun> made_again(const DrawOf& draw, std::span<const PlannedRun> runs) {
  Random random = random_of(draw);
  std::vector<PlannedRun> again(runs.begin(), runs.end());
  draw_paddings(random, again);
  return again;
}

}  // namespace asmforge

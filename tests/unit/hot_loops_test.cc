// Where a program spends its instructions, on a nest of loops whose counts are made up.
#include "plan/hot_loops.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../support/built_program.h"

namespace asmforge {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing_support::BuiltProgram;

// Lines 2 to 6: the outer loop is at 3, the inner one at 5.
constexpr const char* kNest = R"(
void scale(unsigned *cells, const unsigned *factors, unsigned long rows, unsigned long columns) {
  for (unsigned long i = 0; i < rows; i++) {
    const unsigned factor = factors[i] * 3 + 1;
    for (unsigned long k = 0; k < columns; k++) cells[i * columns + k] *= factor;
  }
}
)";

class HotLoops : public testing::Test {
 protected:
  // Instructions of the inner loop ran `inner` times, others of the outer one `outer` times.
  Profile profile(std::uint64_t inner, std::uint64_t outer) {
    const FunctionView view = program_.analyse("scale");
    Profile made;
    ProfileModule module;
    module.build_id = view.binary.build_id;
    for (const Block& block : view.cfg.blocks) {
      const LoopIndex loop =
          view.loops.loop_of_block[static_cast<BlockIndex>(&block - view.cfg.blocks.data())];
      if (loop == kNoIndex) continue;
      const std::uint64_t count = view.loops.loops[loop].innermost ? inner : outer;
      for (std::uint32_t i = block.first; i <= block.last; ++i) {
        module.entries.push_back({view.function.insns[i].address, count});
        module.total += count;
      }
    }
    std::ranges::sort(module.entries, {}, &ProfileEntry::address);
    made.total = module.total;
    made.modules = {module};
    return made;
  }

  std::vector<HotLoop> loops(const Profile& counts, double least_share, HotLoopKind kind) {
    const Result<std::vector<HotLoop>> found =
        hot_loops(program_.binary(), counts, least_share, kind);
    EXPECT_TRUE(found.has_value());
    return found ? *found : std::vector<HotLoop>();
  }

  static std::vector<std::uint32_t> lines(const std::vector<HotLoop>& loops) {
    std::vector<std::uint32_t> found;
    found.reserve(loops.size());
    for (const HotLoop& loop : loops)
      found.push_back(loop.place.source.known() ? loop.place.source.frames.front().line : 0);
    return found;
  }

  BuiltProgram program_{"clang-19 -O1 -g -shared -fPIC -Wl,--build-id", ".c", kNest};
};

TEST_F(HotLoops, GiveOuterLoopsTheirOwnShareAlone) {
  const std::vector<HotLoop> inner_runs = loops(profile(10, 0), 0, HotLoopKind::kAll);
  ASSERT_THAT(lines(inner_runs), ElementsAre(5, 3));
  EXPECT_DOUBLE_EQ(inner_runs[0].share, 1);
  EXPECT_DOUBLE_EQ(inner_runs[1].share, 0);
  const std::vector<HotLoop> both_run = loops(profile(10, 10), 0, HotLoopKind::kAll);
  ASSERT_THAT(both_run, SizeIs(2));
  EXPECT_DOUBLE_EQ(both_run[0].share + both_run[1].share, 1);
}

TEST_F(HotLoops, AreRankedAndHaveLines) {
  EXPECT_THAT(lines(loops(profile(100, 1), 0, HotLoopKind::kAll)), ElementsAre(5, 3));
  EXPECT_THAT(lines(loops(profile(1, 100), 0, HotLoopKind::kAll)), ElementsAre(3, 5));
  EXPECT_THAT(lines(loops(profile(1, 100), 0.5, HotLoopKind::kAll)), ElementsAre(3));
  EXPECT_THAT(lines(loops(profile(1, 100), 0.5, HotLoopKind::kInnermost)), IsEmpty());
  EXPECT_THAT(lines(loops(profile(1, 100), 0, HotLoopKind::kInnermost)), ElementsAre(5));
}

TEST_F(HotLoops, SayWhatTheyHold) {
  const std::vector<HotLoop> found = loops(profile(1, 0), 0, HotLoopKind::kInnermost);
  ASSERT_THAT(found, SizeIs(1));
  const LoopContents& contents = found[0].contents;
  EXPECT_EQ(contents.loads, 1);
  EXPECT_EQ(contents.stores, 1);
  EXPECT_EQ(contents.calls, 0);
  EXPECT_EQ(contents.divides, 0);
  EXPECT_EQ(contents.vector_width_bits, 0);
}

}  // namespace
}  // namespace asmforge

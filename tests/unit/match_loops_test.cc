#include "graph/match_loops.h"

#include <gtest/gtest.h>

#include <map>

#include "../support/built_program.h"

namespace asmforge {
namespace {

using testing_support::BuiltProgram;

std::string loop(const std::string& work) {
  return "xor ecx, ecx\n1:\n" + work + "\ninc rcx\ncmp rcx, rsi\njb 1b\n";
}

const std::string kSum = loop("add rax, [rdi + 8*rcx]");
const std::string kSumOtherwise = loop("mov rdx, [r9 + 8*r8]\nadd r10, rdx");
const std::string kXor = loop("xor eax, [rdi + 4*rcx]");
const std::string kXorChanged = loop("xor eax, [rdi + 4*rcx]\nrol eax, 3");
const std::string kStore = loop("mov [rdi + 8*rcx], rax");

// A function of these loops; `lines` are those of their headers, none for a build
// without debug information.
struct Build {
  BuiltProgram program;
  FunctionView view;
  SourceOfAddress source;
  explicit Build(const std::string& loops, const std::vector<std::uint32_t>& lines = {})
      : program("clang-19 -shared -nostdlib -fuse-ld=lld", ".s",
                ".intel_syntax noprefix\n.globl f\n.type f, @function\nf:\n" + loops +
                    "ret\n.size f, .-f\n"),
        view(program.analyse("f")) {
    if (lines.empty()) return;
    EXPECT_EQ(lines.size(), view.loops.loops.size());
    std::map<std::uint64_t, std::uint32_t> line_of;
    for (std::size_t l = 0; l < lines.size(); ++l)
      line_of[view.function.insns[view.cfg.blocks[view.loops.loops[l].header].first].address] =
          lines[l];
    source = [line_of](std::uint64_t address) {
      return SourceLocation{{{"f", "f.c", "", line_of.at(address), 1}}};
    };
  }
  [[nodiscard]] LoopSide side() const { return {view.function, view.cfg, view.loops, source}; }
};

std::vector<LoopMatch> match(const Build& before, const Build& after) {
  return match_loops(before.side(), after.side());
}

using Loops = std::vector<LoopIndex>;

TEST(MatchLoops, ByShapeWithoutLinesAndWhereverTheyWent) {
  const auto matches = match(Build(kSum + kXor + kStore), Build(kStore + kSum + kXor));
  ASSERT_EQ(matches.size(), 3u);
  EXPECT_EQ(matches[0].after, Loops{1});
  EXPECT_EQ(matches[1].after, Loops{2});
  EXPECT_EQ(matches[2].after, Loops{0});
  for (const LoopMatch& m : matches) EXPECT_EQ(m.by, MatchedBy::kShape);
}

TEST(MatchLoops, TheOneThatChangedIsTheOneLeft) {
  const auto matches = match(Build(kSum + kXor), Build(kSumOtherwise + kXor));
  EXPECT_EQ(matches[0].after, Loops{0});
  EXPECT_EQ(matches[0].by, MatchedBy::kElimination);
  EXPECT_EQ(matches[1].by, MatchedBy::kShape);
}

TEST(MatchLoops, SeveralThatChangedAreToldApartByTheirLines) {
  const Build before(kSum + kXor, {10, 20});
  const auto matches = match(before, Build(kXorChanged + kSumOtherwise, {20, 10}));
  EXPECT_EQ(matches[0].after, Loops{1});
  EXPECT_EQ(matches[1].after, Loops{0});
  EXPECT_EQ(matches[0].by, MatchedBy::kSourceLine);
  EXPECT_EQ(matches[1].by, MatchedBy::kSourceLine);
}

TEST(MatchLoops, SeveralThatChangedAreUnknownWithoutLines) {
  for (const LoopMatch& m : match(Build(kSum + kXor), Build(kSumOtherwise + kXorChanged))) {
    EXPECT_FALSE(m.known());
    EXPECT_EQ(m.reason, "several loops changed and cannot be told apart");
  }
}

TEST(MatchLoops, LinesThatMovedOrAreSharedTellNothing) {
  const std::string changed = kSumOtherwise + kXorChanged;
  for (const LoopMatch& m : match(Build(kSum + kXor, {10, 20}), Build(changed, {11, 21})))
    EXPECT_FALSE(m.known()) << m.before;
  for (const LoopMatch& m : match(Build(kSum + kXor, {10, 10}), Build(changed, {10, 10})))
    EXPECT_FALSE(m.known()) << m.before;
}

TEST(MatchLoops, ALoopThatIsGoneIsUnknown) {
  const auto matches = match(Build(kSum + kXor), Build(kXor));
  EXPECT_FALSE(matches[0].known());
  EXPECT_EQ(matches[0].by, MatchedBy::kNothing);
  EXPECT_EQ(matches[0].reason, "the loop is gone, outlined or nested otherwise");
  EXPECT_EQ(matches[1].after, Loops{0});
}

TEST(MatchLoops, AnotherDepthIsAnotherLoop) {
  const std::string nested = "2:\n" + kSum + "dec rbx\njne 2b\n";
  const auto matches = match(Build(kSum), Build(nested));
  ASSERT_EQ(matches.size(), 1u);
  EXPECT_FALSE(matches[0].known());
}

// Registers and order are no part of a shape, so either may be either.
TEST(MatchLoops, LoopsThatLookAlikeMatchAllOfThem) {
  const auto matches = match(Build(kSum + kSum + kXor), Build(kXor + kSum + kSum));
  EXPECT_EQ(matches[0].after, (Loops{1, 2}));
  EXPECT_EQ(matches[1].after, (Loops{1, 2}));
  EXPECT_EQ(matches[2].after, Loops{0});
}

TEST(MatchLoops, OneOfTwoLooksAlikesThatIsGoneMakesBothUnknown) {
  for (const LoopMatch& m : match(Build(kSum + kSum), Build(kSum))) EXPECT_FALSE(m.known());
}

// A loop that was unrolled or split: all that is left over may be it.
TEST(MatchLoops, ALoopThatBecameSeveralMatchesAllOfThem) {
  const auto matches = match(Build(kSum), Build(kSumOtherwise + kXorChanged));
  EXPECT_EQ(matches[0].after, (Loops{0, 1}));
}

}  // namespace
}  // namespace asmforge

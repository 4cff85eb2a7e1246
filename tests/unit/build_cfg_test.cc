#include "graph/build_cfg.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "hand_made_code.h"

namespace asmforge {
namespace {

using test::Code;
using test::NoReturnTargets;

// Other code lies from 0x8000 to 0x9000 and is executable.
Binary some_binary() {
  Binary binary;
  Section text;
  text.name = ".text";
  text.address = 0x1000;
  text.size = 0x8000;
  text.allocated = text.executable = true;
  binary.sections.push_back(text);
  return binary;
}

struct Built {
  Cfg cfg;
  Built(const Code& code, const Binary& binary, std::set<std::uint64_t> no_return = {}) {
    NoReturnTargets callees;
    callees.targets = std::move(no_return);
    build_cfg(code.function, binary, callees, cfg);
  }
  [[nodiscard]] std::vector<Edge> from(BlockIndex b) const {
    return {cfg.successors(b).begin(), cfg.successors(b).end()};
  }
};

TEST(BuildCfg, EmptyFunctionHasNoBlocks) {
  const Built built(Code(0x1000), some_binary());
  EXPECT_TRUE(built.cfg.blocks.empty());
  EXPECT_EQ(built.cfg.first_edge.size(), 1u);
}

TEST(BuildCfg, BranchesFallThroughAndMeet) {
  Code code(0x1000);
  code.add();           // 1000
  code.branch(0x1010);  // 1004
  code.add();           // 1008
  code.add();           // 100c
  code.ret();           // 1010
  code.end_part();
  const Built built(code, some_binary());
  ASSERT_EQ(built.cfg.blocks.size(), 3u);
  EXPECT_EQ(built.from(0),
            (std::vector<Edge>{{0, 1, EdgeKind::kFallThrough}, {0, 2, EdgeKind::kBranch}}));
  EXPECT_EQ(built.from(1), (std::vector<Edge>{{1, 2, EdgeKind::kFallThrough}}));
  EXPECT_EQ(built.cfg.blocks[2].exit, BlockExit::kReturn);
  EXPECT_EQ(built.cfg.predecessors(2).size(), 2u);
  EXPECT_TRUE(std::all_of(built.cfg.blocks.begin(), built.cfg.blocks.end(),
                          [](const Block& b) { return b.reachable && !b.cold && !b.padding; }));
}

TEST(BuildCfg, CallsEndABlockOnlyWhenTheyNeverReturn) {
  Code code(0x1000);
  code.call(0x8000);    // 1000 returns
  code.branch(0x1010);  // 1004
  code.call(0x8100);    // 1008 does not
  code.nop();           // 100c
  code.ret();           // 1010
  code.end_part();
  const Built built(code, some_binary(), {0x8100});
  ASSERT_EQ(built.cfg.blocks.size(), 4u);
  EXPECT_EQ(built.cfg.blocks[1].exit, BlockExit::kNoReturn);
  EXPECT_TRUE(built.cfg.blocks[1].cold);
  EXPECT_TRUE(built.from(1).empty());
  EXPECT_TRUE(built.cfg.blocks[2].padding);
  EXPECT_FALSE(built.cfg.blocks[2].reachable);
  EXPECT_FALSE(built.cfg.blocks[0].cold);
}

TEST(BuildCfg, ColdGrowsBackToTheBranchThatMayAvoidIt) {
  Code code(0x1000);
  code.branch(0x100c);  // 1000
  code.ret();           // 1004
  code.nop();           // 1008
  code.branch(0x1014);  // 100c, both ways die
  code.trap(4);         // 1010
  code.jump(0x1010);    // 1014
  code.end_part();
  const Built built(code, some_binary());
  ASSERT_EQ(built.cfg.blocks.size(), 6u);
  EXPECT_FALSE(built.cfg.blocks[0].cold);
  EXPECT_TRUE(built.cfg.blocks[3].cold);
  EXPECT_TRUE(built.cfg.blocks[4].cold);
  EXPECT_TRUE(built.cfg.blocks[5].cold);
}

TEST(BuildCfg, AnEndlessLoopIsNotCold) {
  Code code(0x1000);
  code.add();
  code.branch(0x100c);
  code.jump(0x1000);
  code.trap();  // 100c
  code.end_part();
  const Built built(code, some_binary());
  EXPECT_FALSE(built.cfg.blocks[0].cold);
  EXPECT_TRUE(built.cfg.blocks[2].cold);
}

TEST(BuildCfg, JumpsOutOfTheFunctionAreTailCalls) {
  Code code(0x1000);
  code.branch(0x8000);  // conditional tail call
  code.branch(0x8100);  // conditional jump to one that never returns
  code.jump(0x8000);
  code.end_part();
  const Built built(code, some_binary(), {0x8100});
  ASSERT_EQ(built.cfg.blocks.size(), 3u);
  EXPECT_EQ(built.cfg.blocks[0].exit, BlockExit::kTailCall);
  EXPECT_EQ(built.from(0).size(), 1u);
  EXPECT_EQ(built.cfg.blocks[1].exit, BlockExit::kTailCall);
  EXPECT_EQ(built.cfg.blocks[2].exit, BlockExit::kTailCall);
  const Built dies(code, some_binary(), {0x8000});
  EXPECT_EQ(dies.cfg.blocks[2].exit, BlockExit::kNoReturn);
}

TEST(BuildCfg, ColdPartsAreJoinedByEdges) {
  Code code(0x2000);
  code.branch(0x1000);  // 2000
  code.ret();           // 2004
  code.end_part(0x1000);
  code.add();  // 1000
  code.jump(0x2004);
  code.end_part();
  const Built built(code, some_binary());
  ASSERT_EQ(built.cfg.blocks.size(), 3u);
  EXPECT_EQ(built.from(0)[1], (Edge{0, 2, EdgeKind::kBranch}));
  EXPECT_EQ(built.from(2)[0], (Edge{2, 1, EdgeKind::kBranch}));
  EXPECT_TRUE(built.cfg.blocks[2].cold);
  EXPECT_FALSE(built.cfg.blocks[1].cold);
}

TEST(BuildCfg, APartMayGoOnWhereAnotherEnds) {
  Code code(0x2000);
  code.add();  // 2000
  code.jump(0x1000);
  code.end_part(0x1000);
  code.add();  // 1000 .. 1004, then another part
  code.end_part(0x1004);
  code.ret();
  code.end_part();
  const Built built(code, some_binary());
  ASSERT_EQ(built.cfg.blocks.size(), 3u);
  EXPECT_EQ(built.from(1), (std::vector<Edge>{{1, 2, EdgeKind::kFallThrough}}));
}

TEST(BuildCfg, RunningPastTheEndIsAnExit) {
  Code code(0x1000);
  code.branch(0x1000);
  code.end_part();
  const Built built(code, some_binary());
  EXPECT_EQ(built.cfg.blocks[0].exit, BlockExit::kFallsOff);
  EXPECT_EQ(built.from(0).size(), 1u);
}

TEST(BuildCfg, ACallWithNothingBehindItNeverReturns) {
  Code code(0x1000);
  code.branch(0x1008);
  code.ret();
  code.call(0x8000);  // 1008
  code.nop();
  code.trap(1);
  code.end_part();
  const Built built(code, some_binary());
  EXPECT_EQ(built.cfg.blocks[2].exit, BlockExit::kNoReturn);
  EXPECT_TRUE(built.cfg.blocks[2].cold);
}

TEST(BuildCfg, AJumpIntoAnInstructionIsCountedAndAnExit) {
  Code code(0x1000);
  code.jump(0x1006);
  code.add();
  code.ret();
  code.end_part();
  const Built built(code, some_binary());
  EXPECT_EQ(built.cfg.targets_outside_code, 1u);
  EXPECT_EQ(built.cfg.blocks[0].exit, BlockExit::kUnresolved);
}

// glibc: je 1f; lock; 1: cmpxchg. The jump skips the prefix alone.
TEST(BuildCfg, AJumpBehindALockPrefixGoesToTheInstruction) {
  static const std::uint8_t bytes[] = {0, 0, 0, 0, 0xf0, 0x0f, 0xb1, 0x0f, 0xc3};
  Binary binary = some_binary();
  binary.sections[0].bytes = bytes;
  Code code(0x1000);
  code.branch(0x1005);
  code.add();  // f0 0f b1 0f
  code.ret();
  code.end_part();
  const Built built(code, binary);
  EXPECT_EQ(built.cfg.targets_outside_code, 0u);
  EXPECT_EQ(built.from(0)[1], (Edge{0, 1, EdgeKind::kBranch}));
}

TEST(BuildCfg, ARunOfInt3IsOnePaddingBlock) {
  Code code(0x1000);
  code.ret();
  for (int i = 0; i < 5; ++i) code.trap(1);
  code.add();  // 1009: code that nothing reaches
  code.ret();
  code.end_part();
  const Built built(code, some_binary());
  ASSERT_EQ(built.cfg.blocks.size(), 3u);
  EXPECT_TRUE(built.cfg.blocks[1].padding);
  EXPECT_FALSE(built.cfg.blocks[2].padding);
  EXPECT_FALSE(built.cfg.blocks[2].reachable);
}

TEST(BuildCfg, PaddingBeforeUnreachedCodeIsItsOwnBlock) {
  Code code(0x1000);
  code.ret();
  code.nop();
  code.nop();
  code.add();
  code.ret();
  code.end_part();
  const Built built(code, some_binary());
  ASSERT_EQ(built.cfg.blocks.size(), 3u);
  EXPECT_TRUE(built.cfg.blocks[1].padding);
  EXPECT_FALSE(built.cfg.blocks[2].padding);
}

TEST(BuildCfg, CallsHaveEdgesToTheirLandingPads) {
  Binary binary = some_binary();
  binary.read_landing_pads = [](const Binary&, std::uint64_t part) {
    return part == 0x1000 ? std::vector<LandingPad>{{{0x1000, 0x1008}, 0x100c}}
                          : std::vector<LandingPad>{};
  };
  Code code(0x1000);
  code.call(0x8000);  // 1000
  code.call(0x8000);  // 1004
  code.ret();         // 1008
  code.call(0x8100);  // 100c: resumes unwinding
  code.end_part();
  const Built built(code, binary, {0x8100});
  ASSERT_EQ(built.cfg.blocks.size(), 2u);
  EXPECT_EQ(built.from(0), (std::vector<Edge>{{0, 1, EdgeKind::kUnwind}}));
  EXPECT_TRUE(built.cfg.blocks[1].landing_pad);
  EXPECT_TRUE(built.cfg.blocks[1].reachable);
  EXPECT_TRUE(built.cfg.blocks[1].cold);
  EXPECT_FALSE(built.cfg.blocks[0].cold);
}

TEST(BuildCfg, AnIndirectJumpThatDoesNotEvaluateIsCounted) {
  Code code(0x1000);
  code.add();
  Insn& jump = code.add(InsnClass::kJump | InsnClass::kIndirect);
  jump.operands[0] = {OperandKind::kRegister, x86_64::kRax, 64, true, false, false};
  jump.operand_count = 1;
  code.add();  // only that jump could reach it
  code.ret();
  code.end_part();
  const Built built(code, some_binary());
  EXPECT_EQ(built.cfg.unresolved_jumps, 1u);
  EXPECT_EQ(built.cfg.blocks[0].exit, BlockExit::kUnresolved);
}

TEST(BuildCfg, AnIndirectJumpWithNothingLeftToReachIsATailCall) {
  Code code(0x1000);
  code.add();
  Insn& jump = code.add(InsnClass::kJump | InsnClass::kIndirect);
  jump.operands[0] = {OperandKind::kRegister, x86_64::kRax, 64, true, false, false};
  jump.operand_count = 1;
  code.end_part();
  const Built built(code, some_binary());
  EXPECT_EQ(built.cfg.unresolved_jumps, 0u);
  EXPECT_EQ(built.cfg.blocks[0].exit, BlockExit::kTailCall);
}

}  // namespace
}  // namespace asmforge

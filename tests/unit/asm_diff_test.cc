#include "graph/asm_diff.h"

#include <gtest/gtest.h>

#include "../support/made_code.h"

namespace asmforge {
namespace {

using namespace made;
using namespace x86_64;

std::string kinds(const AsmDiff& diff) {
  std::string text;
  for (const DiffRow& row : diff.rows) {
    switch (row.kind) {
      case DiffRowKind::kSame: text += '='; break;
      case DiffRowKind::kRegisters: text += 'r'; break;
      case DiffRowKind::kOperands: text += '~'; break;
      case DiffRowKind::kReplaced: text += 'x'; break;
      case DiffRowKind::kDeleted: text += '-'; break;
      case DiffRowKind::kInserted: text += '+'; break;
    }
  }
  return text;
}

AsmDiff diff(std::vector<Insn> before, std::vector<Insn> after, bool exact = false) {
  Made b(std::move(before));
  Made a(std::move(after), 0x5000);
  const DiffSide before_side = b.side();
  const DiffSide after_side = a.side();
  return diff_functions(before_side, after_side, {exact});
}

TEST(AsmDiff, EqualFunctionsAtOtherAddressesAreSame) {
  const std::vector<Insn> code = {mov_immediate(kRcx, 3),
                                  add_immediate(kRcx, -1),
                                  compare_immediate(kRcx, 0),
                                  je(1),
                                  mov(kRax, kRcx),
                                  ret()};
  const AsmDiff d = diff(code, code);
  EXPECT_TRUE(d.same());
  EXPECT_EQ(d.similarity, 1.0);
  EXPECT_EQ(d.rows.size(), 6u);
  EXPECT_EQ(d.before, d.after);
}

TEST(AsmDiff, PenaltiesAreThoseOfTheHeader) {
  const AsmDiff immediate_changed =
      diff({mov_immediate(kRax, 1), ret()}, {mov_immediate(kRax, 2), ret()});
  EXPECT_EQ(kinds(immediate_changed), "~=");
  EXPECT_EQ(immediate_changed.penalty, 1u);
  EXPECT_DOUBLE_EQ(immediate_changed.similarity, 1.0 - 1.0 / 200);
  EXPECT_TRUE(immediate_changed.rows[0].changed(DiffChange::kImmediate));

  const AsmDiff replaced = diff({mov_immediate(kRax, 1), ret()}, {mov(kRax, kRdi), ret()});
  EXPECT_EQ(kinds(replaced), "x=");
  EXPECT_EQ(replaced.penalty, 60u);

  const AsmDiff inserted =
      diff({mov_immediate(kRax, 1), ret()}, {mov_immediate(kRax, 1), add(kRax, kRdi), ret()});
  EXPECT_EQ(kinds(inserted), "=+=");
  EXPECT_EQ(inserted.penalty, 100u);
  EXPECT_DOUBLE_EQ(inserted.similarity, 1.0 - 100.0 / 300);

  const AsmDiff registers = diff({mov(kRax, kRdi), ret()}, {mov(kRax, kRsi), ret()});
  EXPECT_EQ(kinds(registers), "r=");
  EXPECT_EQ(registers.penalty, 5u);
}

TEST(AsmDiff, ATemporaryMayLiveInAnotherRegister) {
  const std::vector<Insn> before = {mov(kRcx, kRdi), add(kRcx, kRsi), mov(kRax, kRcx), ret()};
  const std::vector<Insn> after = {mov(kR9, kRdi), add(kR9, kRsi), mov(kRax, kR9), ret()};
  const AsmDiff d = diff(before, after);
  EXPECT_TRUE(d.same()) << kinds(d);
  ASSERT_EQ(d.renames.size(), 1u);
  EXPECT_EQ(d.renames[0].before, kRcx);
  EXPECT_EQ(d.renames[0].after, kR9);
  EXPECT_EQ(d.renames[0].rows, 3u);
  EXPECT_EQ(kinds(diff(before, after, true)), "rrr=");
}

TEST(AsmDiff, EachLiveRangeMayBeRenamedOnItsOwn) {
  EXPECT_EQ(kinds(diff({mov(kRcx, kRdi), mov(kRax, kRcx), mov(kRcx, kRsi), add(kRax, kRcx), ret()},
                       {mov(kR9, kRdi), mov(kRax, kR9), mov(kR8, kRsi), add(kRax, kR8), ret()})),
            "=====");
}

TEST(AsmDiff, AnOverwrittenRegisterNoLongerHoldsTheValue) {
  // After the second line r9 holds the second value, and the first is gone.
  EXPECT_EQ(kinds(diff({mov(kRcx, kRdi), mov(kR10, kRsi), mov(kRax, kRcx), ret()},
                       {mov(kR9, kRdi), mov(kR9, kRsi), mov(kRax, kR9), ret()})),
            "==r=");
}

TEST(AsmDiff, EqualTextWithAnotherValueIsADifference) {
  EXPECT_EQ(kinds(diff({mov_immediate(kRcx, 1), mov_immediate(kR10, 1), mov(kRax, kRcx), ret()},
                       {mov_immediate(kR10, 1), mov_immediate(kRcx, 1), mov(kRax, kRcx), ret()})),
            "==r=");
}

TEST(AsmDiff, TheConventionFixesArgumentsAndResults) {
  // f(b, a) for f(a, b)
  EXPECT_EQ(kinds(diff({load(kRdi, kRbx, 0), load(kRsi, kRbx, 8), call(0x9000), ret()},
                       {load(kRsi, kRbx, 0), load(kRdi, kRbx, 8), call(0x9000), ret()})),
            "==r=");
  // The other of two values is returned.
  EXPECT_EQ(kinds(diff({mov_immediate(kRax, 1), mov_immediate(kRcx, 1), ret()},
                       {mov_immediate(kRcx, 1), mov_immediate(kRax, 1), ret()})),
            "==r");
}

TEST(AsmDiff, AHiddenOperandCannotBeRenamed) {
  EXPECT_EQ(kinds(diff({mov(kRcx, kRdi), mov(kRax, kRsi), shift_by_cl(kRax), ret()},
                       {mov(kR10, kRdi), mov(kRax, kRsi), shift_by_cl(kRax), ret()})),
            "==r=");
}

TEST(AsmDiff, SavedRegistersAreTheAllocatorsChoice) {
  const auto code = [](Register saved) {
    return std::vector<Insn>{push(saved),      mov(saved, kRdi), call(0x9000),
                             mov(kRax, saved), pop(saved),       ret()};
  };
  EXPECT_EQ(kinds(diff(code(kRbx), code(kR12))), "======");
}

TEST(AsmDiff, WaysThatDisagreeAreReportedWhereTheyJoin) {
  // One way leaves the value in r9, the other in r8.
  EXPECT_EQ(kinds(diff({compare_immediate(kRdi, 0), je(4), mov_immediate(kRcx, 1), jmp(5),
                        mov_immediate(kRcx, 2), mov(kRax, kRcx), ret()},
                       {compare_immediate(kRdi, 0), je(4), mov_immediate(kR9, 1), jmp(5),
                        mov_immediate(kR8, 2), mov(kRax, kR9), ret()})),
            "=====r=");
}

TEST(AsmDiff, JumpsAreComparedByPlace) {
  const std::vector<Insn> before = {compare_immediate(kRdi, 0), je(3), add_immediate(kRax, 1),
                                    add_immediate(kRax, 2), ret()};
  std::vector<Insn> longer = before;
  longer.insert(longer.begin() + 3, mov(kRcx, kRdi));
  longer[1] = je(3);  // at the inserted instruction, which begins the block now
  EXPECT_EQ(kinds(diff(before, longer)), "===+==");
  std::vector<Insn> elsewhere = before;
  elsewhere[1] = je(4);
  EXPECT_EQ(kinds(diff(before, elsewhere)), "=~===");
}

TEST(AsmDiff, PaddingIsNoDifference) {
  EXPECT_EQ(
      kinds(diff({mov_immediate(kRcx, 9), add_immediate(kRcx, -1), je(1), ret()},
                 {mov_immediate(kRcx, 9), nop(), nop(), add_immediate(kRcx, -1), je(3), ret()})),
      "====");
  // A nop in the middle of a block is an instruction.
  EXPECT_EQ(kinds(diff({mov_immediate(kRcx, 9), ret()}, {nop(), mov_immediate(kRcx, 9), ret()})),
            "+==");
}

TEST(AsmDiff, AnInsertedRunStandsWhereTheRegistersFit) {
  EXPECT_EQ(kinds(diff({mov(kRax, kRdi), mov(kRcx, kRsi), ret()},
                       {mov(kRax, kRdi), mov(kRdx, kR8), mov(kRcx, kRsi), ret()})),
            "=+==");
}

TEST(AsmDiff, AnEmptySideIsAllDeleted) {
  EXPECT_EQ(kinds(diff({mov(kRax, kRdi), ret()}, {ret()})), "-=");
}

TEST(StableSymbol, DropsWhatCompilersNumber) {
  EXPECT_EQ(stable_symbol("count.4"), "count");
  EXPECT_EQ(stable_symbol("f.constprop.0"), "f.constprop");
  EXPECT_EQ(stable_symbol("f.llvm.12345"), "f");
  EXPECT_EQ(stable_symbol(".LC7"), "");
  EXPECT_EQ(stable_symbol("anon.0123abcd.7"), "");
  EXPECT_EQ(stable_symbol("f"), "f");
  EXPECT_EQ(stable_symbol("v1.2x"), "v1.2x");
}

}  // namespace
}  // namespace asmforge

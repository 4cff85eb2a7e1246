// Seeded random functions: what must hold of every diff. A failure prints its seed.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "../support/made_code.h"
#include "graph/asm_diff.h"
#include "graph/sequence_alignment.h"

namespace asmforge {
namespace {

using namespace made;
using namespace x86_64;

using Random = std::mt19937;

std::uint32_t below(Random& random, std::size_t limit) {
  return static_cast<std::uint32_t>(random() % limit);
}

// Registers that neither arguments, results, rsp nor a hidden operand fix.
constexpr Register kFree[] = {kRbx, kRbp, kR10, kR11, kR12, kR13, kR14, kR15};

std::vector<Insn> random_code(Random& random, std::size_t length) {
  const auto any = [&] { return kFree[below(random, std::size(kFree))]; };
  std::vector<Insn> code;
  for (const Register r : kFree) code.push_back(mov(r, kRdi));
  while (code.size() + 2 < length) {
    switch (below(random, 9)) {
      case 0: code.push_back(mov(any(), any())); break;
      case 1: code.push_back(mov_immediate(any(), below(random, 9))); break;
      case 2: code.push_back(add(any(), any())); break;
      case 3: code.push_back(load(any(), any(), 8 * below(random, 4))); break;
      case 4: code.push_back(store(any(), 8 * below(random, 4), any())); break;
      case 5: code.push_back(compare_immediate(any(), below(random, 9))); break;
      case 6: code.push_back(je(8 + below(random, length - 8))); break;
      case 7: code.push_back(add_immediate(any(), below(random, 9))); break;
      case 8:
        if (below(random, 4) == 0) code.push_back(jmp(8 + below(random, length - 8)));
        break;
    }
  }
  code.push_back(mov(kRax, any()));
  code.push_back(ret());
  return code;
}

AsmDiff diff(std::vector<Insn> before, std::vector<Insn> after, bool exact = false) {
  Made b(std::move(before));
  Made a(std::move(after), 0x400000);
  const DiffSide before_side = b.side();
  const DiffSide after_side = a.side();
  return diff_functions(before_side, after_side, {exact});
}

std::size_t count(const AsmDiff& diff, DiffRowKind kind) {
  return static_cast<std::size_t>(std::ranges::count(diff.rows, kind, &DiffRow::kind));
}

std::vector<Insn> rename(std::vector<Insn> code, const std::array<Register, 128>& to) {
  const auto move_set = [&](RegisterSet set) {
    RegisterSet moved;
    set.for_each([&](Register r) { moved.insert(to[r]); });
    return moved;
  };
  for (Insn& insn : code) {
    for (Operand& operand : insn.operands)
      if (operand.kind == OperandKind::kRegister) operand.reg = to[operand.reg];
    if (insn.memory.present) insn.memory.base = to[insn.memory.base];
    insn.reads = move_set(insn.reads);
    insn.writes = move_set(insn.writes);
  }
  return code;
}

TEST(AsmDiffProperty, AFunctionIsTheSameAsItself) {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    const auto code = random_code(random, 12 + below(random, 200));
    const AsmDiff d = diff(code, code, seed % 2 == 0);
    ASSERT_TRUE(d.same()) << "seed " << seed;
    ASSERT_EQ(d.similarity, 1.0) << "seed " << seed;
    ASSERT_EQ(d.rows.size(), d.before.of(CountedClass::kInstructions)) << "seed " << seed;
  }
}

TEST(AsmDiffProperty, APermutationOfFreeRegistersIsNoDifference) {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    const auto code = random_code(random, 12 + below(random, 200));
    std::array<Register, 128> to;
    std::iota(to.begin(), to.end(), Register{0});
    std::vector<Register> shuffled(std::begin(kFree), std::end(kFree));
    std::ranges::shuffle(shuffled, random);
    for (std::size_t i = 0; i < shuffled.size(); ++i) to[kFree[i]] = shuffled[i];
    const AsmDiff d = diff(code, rename(code, to));
    ASSERT_TRUE(d.same()) << "seed " << seed;
    ASSERT_EQ(d.similarity, 1.0) << "seed " << seed;
    if (!std::ranges::equal(shuffled, kFree)) {
      ASSERT_FALSE(diff(code, rename(code, to), true).same()) << "seed " << seed;
    }
  }
}

TEST(AsmDiffProperty, OneRegisterReadElsewhereIsADifference) {
  // The returned value comes from another register, which holds another number.
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    auto code = random_code(random, 12 + below(random, 60));
    code.resize(code.size() - 2);
    const std::uint32_t one = below(random, std::size(kFree));
    const std::uint32_t other = (one + 1 + below(random, std::size(kFree) - 1)) % std::size(kFree);
    code.push_back(mov_immediate(kFree[one], 100));
    code.push_back(mov_immediate(kFree[other], 200));
    code.push_back(mov(kRax, kFree[one]));
    code.push_back(ret());
    auto changed = code;
    changed[code.size() - 2] = mov(kRax, kFree[other]);
    const AsmDiff d = diff(code, changed);
    ASSERT_EQ(d.differing_rows, 1u) << "seed " << seed;
    ASSERT_EQ(d.rows[d.rows.size() - 2].kind, DiffRowKind::kRegisters) << "seed " << seed;
  }
}

TEST(AsmDiffProperty, InsertedInstructionsAreInsertedRows) {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    const auto code = random_code(random, 12 + below(random, 200));
    const std::uint32_t more = 1 + below(random, 8);
    std::vector<std::uint32_t> places;
    for (std::uint32_t i = 0; i < more; ++i) places.push_back(8 + below(random, code.size() - 8));
    std::ranges::sort(places);
    std::vector<std::uint32_t> new_index(code.size());
    std::vector<Insn> longer;
    std::size_t next = 0;
    for (std::uint32_t i = 0; i < code.size(); ++i) {
      new_index[i] = static_cast<std::uint32_t>(longer.size());
      for (; next < places.size() && places[next] == i; ++next)
        longer.push_back(store(kFree[below(random, std::size(kFree))], 8 * below(random, 4),
                               kFree[below(random, std::size(kFree))]));
      longer.push_back(code[i]);
    }
    for (Insn& insn : longer)
      if (insn.is(InsnClass::kJump)) insn.target = new_index[insn.target];
    const AsmDiff d = diff(code, longer);
    ASSERT_EQ(count(d, DiffRowKind::kInserted), more) << "seed " << seed;
    ASSERT_EQ(d.rows.size(), code.size() + more) << "seed " << seed;
    ASSERT_EQ(count(diff(longer, code), DiffRowKind::kDeleted), more) << "seed " << seed;
  }
}

TEST(AsmDiffProperty, RowsHoldEveryInstructionInOrderAndScoresAreWithinBounds) {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    Made before(random_code(random, 12 + below(random, 150)));
    Made after(random_code(random, 12 + below(random, 150)));
    const DiffSide before_side = before.side();
    const DiffSide after_side = after.side();
    const AsmDiff d = diff_functions(before_side, after_side, {});
    std::uint32_t next_before = 0;
    std::uint32_t next_after = 0;
    for (const DiffRow& row : d.rows) {
      if (row.before != kNoIndex) {
        ASSERT_EQ(row.before, next_before++) << "seed " << seed;
      }
      if (row.after != kNoIndex) {
        ASSERT_EQ(row.after, next_after++) << "seed " << seed;
      }
    }
    ASSERT_EQ(next_before, before.function.insns.size()) << "seed " << seed;
    ASSERT_EQ(next_after, after.function.insns.size()) << "seed " << seed;
    ASSERT_GE(d.similarity, 0.0) << "seed " << seed;
    ASSERT_LE(d.similarity, 1.0) << "seed " << seed;
  }
}

std::size_t longest_common_subsequence(const std::vector<std::uint64_t>& x,
                                       const std::vector<std::uint64_t>& y) {
  std::vector<std::vector<std::size_t>> length(x.size() + 1,
                                               std::vector<std::size_t>(y.size() + 1, 0));
  for (std::size_t i = 1; i <= x.size(); ++i)
    for (std::size_t j = 1; j <= y.size(); ++j)
      length[i][j] = x[i - 1] == y[j - 1] ? length[i - 1][j - 1] + 1
                                          : std::max(length[i - 1][j], length[i][j - 1]);
  return length[x.size()][y.size()];
}

void expect_common_subsequence(const std::vector<std::uint64_t>& x,
                               const std::vector<std::uint64_t>& y,
                               const std::vector<std::uint32_t>& partner) {
  ASSERT_EQ(partner.size(), x.size());
  std::int64_t last = -1;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (partner[i] == kNoIndex) continue;
    ASSERT_LT(partner[i], y.size());
    ASSERT_EQ(x[i], y[partner[i]]);
    ASSERT_GT(std::int64_t{partner[i]}, last);
    last = partner[i];
  }
}

TEST(SequenceAlignment, IsALongestCommonSubsequence) {
  for (std::uint32_t seed = 0; seed < 5000; ++seed) {
    Random random(seed);
    const std::uint32_t alphabet = 1 + below(random, 12);
    std::vector<std::uint64_t> x(below(random, 60));
    std::vector<std::uint64_t> y(below(random, 60));
    for (auto& key : x) key = below(random, alphabet);
    for (auto& key : y) key = below(random, alphabet);
    const auto partner = align_sequences(x, y);
    expect_common_subsequence(x, y, partner);
    const auto matched = static_cast<std::size_t>(
        std::ranges::count_if(partner, [](std::uint32_t p) { return p != kNoIndex; }));
    ASSERT_EQ(matched, longest_common_subsequence(x, y)) << "seed " << seed;
  }
}

TEST(SequenceAlignment, StaysNearLinearWhenLittleFits) {
  // 40,000 keys of which few are common: the full search would take minutes.
  Random random(7);
  std::vector<std::uint64_t> x(40000);
  std::vector<std::uint64_t> y(40000);
  for (auto& key : x) key = below(random, 4000);
  for (auto& key : y) key = 2000 + below(random, 4000);
  expect_common_subsequence(x, y, align_sequences(x, y));
}

TEST(AsmDiffProperty, TwoUnrelatedFunctionsOfTwentyThousandInstructions) {
  Random random(11);
  const AsmDiff d = diff(random_code(random, 20000), random_code(random, 20000));
  EXPECT_GT(d.differing_rows, 0u);
  EXPECT_LT(d.similarity, 1.0);
}

}  // namespace
}  // namespace asmforge

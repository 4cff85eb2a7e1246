// What the decoder says about single AArch64 instructions: every field of each row of
// tests/data/aarch64/instructions.txt, which were read against the Arm Architecture Reference
// Manual, and that each field has a row that sets it.
#include <gtest/gtest.h>

#include <array>
#include <charconv>
#include <cstring>
#include <fstream>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "../support/describe_insn.h"
#include "isa/aarch64.h"
#include "mc/decoder.h"

namespace asmforge {
namespace {

using testing_support::describe_insn;
using Word = std::array<std::uint8_t, 4>;

constexpr std::uint64_t kAddress = 0x401000;

struct Row {
  Word bytes;
  std::string text;
  std::string says;
};

// "b9400820 ldr w0, [x1, #0x8] | load move | ..."
std::vector<Row> read_rows() {
  std::ifstream file(std::string(ASMFORGE_SOURCE_DIR) + "/tests/data/aarch64/instructions.txt");
  std::vector<Row> rows;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    Row row;
    std::uint32_t word = 0;
    std::from_chars(line.data(), line.data() + 8, word, 16);
    std::memcpy(row.bytes.data(), &word, sizeof word);
    const std::size_t bar = line.find(" | ");
    row.text = line.substr(9, bar - 9);
    row.says = line.substr(bar + 3);
    rows.push_back(row);
  }
  return rows;
}

TEST(Aarch64Decoder, SaysWhatSingleInstructionsDo) {
  Decoder decoder(Isa::kAarch64);
  const std::vector<Row> rows = read_rows();
  ASSERT_GT(rows.size(), 150U);
  for (const Row& row : rows) {
    SCOPED_TRACE(row.text);
    Insn insn;
    ASSERT_TRUE(decoder.decode_one(row.bytes, kAddress, insn));
    EXPECT_EQ(insn.size, 4);
    EXPECT_EQ(insn.address, kAddress);
    EXPECT_NE(insn.opcode, 0);
    EXPECT_EQ(decoder.text(insn, row.bytes, Syntax::kIntel), row.text);
    EXPECT_EQ(decoder.mnemonic(insn, row.bytes, Syntax::kIntel),
              row.text.substr(0, row.text.find(' ')));
    EXPECT_EQ(describe_insn(insn, aarch64::facts()), row.says);
  }
}

// A field that no row sets could be forgotten.
TEST(Aarch64Decoder, EveryFieldHasARow) {
  Decoder decoder(Isa::kAarch64);
  InsnClasses classes;
  std::set<IntegerOperation> operations;
  std::set<Condition> conditions;
  std::set<OperandKind> kinds;
  std::set<BaseUpdate> updates;
  RegisterSet registers;
  for (const Row& row : read_rows()) {
    Insn insn;
    ASSERT_TRUE(decoder.decode_one(row.bytes, kAddress, insn));
    classes |= insn.classes;
    operations.insert(insn.operation);
    conditions.insert(insn.condition);
    if (insn.memory.present) updates.insert(insn.memory.base_update);
    for (const Operand& operand : insn.operands) kinds.insert(operand.kind);
    registers |= insn.reads | insn.writes;
  }
  // No instruction of AArch64 pushes, pops, or leaves a part of a register alone but by name.
  InsnClasses all;
  all.bits = ~std::uint32_t{0};
  for (const InsnClass absent : {InsnClass::kPush, InsnClass::kPop, InsnClass::kPartialWrite})
    all.bits &= ~static_cast<std::uint32_t>(absent);
  EXPECT_EQ(classes.bits, all.bits);
  EXPECT_EQ(operations.size(), 16U);  // all but increment, decrement and bit test
  EXPECT_EQ(conditions.size(), 16U);  // all but those of parity
  EXPECT_EQ(kinds.size(), 5U);
  EXPECT_EQ(updates.size(), 3U);
  for (const Register r : {aarch64::kSp, aarch64::kPc, aarch64::kNzcv, aarch64::kFpcr,
                           aarch64::kThreadPointer, aarch64::kX30, aarch64::kVectorLength,
                           aarch64::kPredicate0, aarch64::kMatrix, aarch64::kVector0})
    EXPECT_TRUE(registers.contains(r)) << aarch64::register_name(r);
}

TEST(Aarch64Decoder, PassesOverWhatIsNoInstruction) {
  Decoder decoder(Isa::kAarch64);
  // nop, a word that is nothing, ret, two bytes.
  const std::vector<std::uint8_t> bytes = {0x1f, 0x20, 0x03, 0xd5, 0xff, 0xff, 0xff,
                                           0xff, 0xc0, 0x03, 0x5f, 0xd6, 0x00, 0x00};
  Function function;
  decoder.decode_linear(bytes, kAddress, function);
  ASSERT_EQ(function.insns.size(), 2U);
  EXPECT_EQ(function.insns[1].address, kAddress + 8);
  ASSERT_EQ(function.not_decoded.size(), 2U);
  EXPECT_EQ(function.not_decoded[0], (AddressRange{kAddress + 4, kAddress + 8}));
  EXPECT_EQ(function.not_decoded[1].begin, kAddress + 12);
  EXPECT_EQ(function.not_decoded[1].end, kAddress + 14);
}

// Whatever the word is: no register that does not exist, operands that agree with reads and
// writes, memory operands whose base is read.
TEST(Aarch64Decoder, EveryWordIsConsistent) {
  Decoder decoder(Isa::kAarch64);
  constexpr unsigned kSeed = 20261127;
  std::mt19937 random(kSeed);
  unsigned decoded = 0;
  for (unsigned i = 0; i < 200'000; ++i) {
    const auto word = static_cast<std::uint32_t>(random());
    Word bytes;
    std::memcpy(bytes.data(), &word, sizeof word);
    Insn insn;
    if (!decoder.decode_one(bytes, kAddress, insn)) continue;
    ++decoded;
    SCOPED_TRACE(decoder.text(insn, bytes, Syntax::kIntel));
    (insn.reads | insn.writes).for_each([&](Register r) {
      EXPECT_FALSE(aarch64::register_name(r).empty()) << int{r};
    });
    for (std::size_t o = 0; o < insn.operand_count; ++o) {
      const Operand& operand = insn.operands[o];
      if (operand.kind != OperandKind::kRegister || operand.reg == kNoRegister) continue;
      EXPECT_TRUE(operand.read || operand.written);
      if (operand.read) EXPECT_TRUE(insn.reads.contains(operand.reg));
      if (operand.written) EXPECT_TRUE(insn.writes.contains(operand.reg));
    }
    if (insn.memory.present) {
      EXPECT_TRUE(insn.reads.contains(insn.memory.base));
      EXPECT_EQ(
          insn.memory.base_update != BaseUpdate::kNone,
          insn.memory.base_update != BaseUpdate::kNone && insn.writes.contains(insn.memory.base));
      if (insn.memory.index != kNoRegister) EXPECT_TRUE(insn.reads.contains(insn.memory.index));
    }
    EXPECT_EQ(insn.is(InsnClass::kConditional),
              insn.is(InsnClass::kConditional) && insn.condition != Condition::kNone);
    const bool jumps = insn.classes.has_any(InsnClass::kJump | InsnClass::kCall);
    EXPECT_EQ(insn.target != kNoAddress, jumps && !insn.is(InsnClass::kIndirect));
  }
  EXPECT_GT(decoded, 60'000U);
}

}  // namespace
}  // namespace asmforge

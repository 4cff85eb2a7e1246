// The register numbering and what the procedure call standard says, and that every ISA answers
// what the rooms ask.
#include "isa/aarch64.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "isa/x86_64.h"

namespace asmforge::aarch64 {
namespace {

TEST(Aarch64, NamesEveryRegisterOnceAndFindsItAgain) {
  unsigned named = 0;
  for (Register r = 0; r < kRegisterCount; ++r) {
    const std::string_view name = register_name(r);
    if (name.empty()) continue;
    ++named;
    EXPECT_EQ(register_from_name(name), r) << name;
  }
  EXPECT_EQ(named, 31 + 1 + 10 + 32 + 16U);
  EXPECT_EQ(register_name(kNoRegister), "");
  EXPECT_EQ(register_from_name("xzr"), std::nullopt);
}

TEST(Aarch64, KnowsWhoSavesWhat) {
  const IsaFacts& isa = facts();
  for (Register r = 19; r <= 29; ++r) {
    EXPECT_TRUE(isa.callee_saved.contains(r)) << register_name(r);
    EXPECT_FALSE(isa.call_clobbered.contains(r)) << register_name(r);
  }
  for (const Register r : {kX0, kX16, kX17, kX18, kX30, kNzcv, kVector0}) {
    EXPECT_TRUE(isa.call_clobbered.contains(r)) << register_name(r);
    EXPECT_FALSE(isa.callee_saved.contains(r)) << register_name(r);
  }
  // The low half of v8 survives, the rest does not.
  EXPECT_TRUE(isa.callee_saved.contains(kVector0 + 8));
  EXPECT_TRUE(isa.call_clobbered.contains(kVector0 + 8));
}

TEST(Aarch64, PassesArgumentsInOrder) {
  const Register order[] = {0, 1, 2, 3, 4, 5, 6, 7};
  EXPECT_TRUE(std::ranges::equal(facts().integer_arguments, order));
  for (const Register r : order) EXPECT_TRUE(facts().argument_registers.contains(r));
  EXPECT_TRUE(facts().argument_registers.contains(8));  // where a large result goes
  EXPECT_FALSE(facts().argument_registers.contains(19));
}

// What the rooms ask of an ISA, of each of them.
TEST(EveryIsa, AnswersWhatTheRoomsAsk) {
  for (const Isa isa : {Isa::kX86_64, Isa::kAarch64}) {
    SCOPED_TRACE(to_string(isa));
    const IsaFacts& known = facts_of(isa);
    RegisterSet all;
    for (Register r = 0; r < known.register_count; ++r)
      if (!known.register_name(r).empty()) all.insert(r);
    const Register roles[] = {known.stack_pointer, known.frame_pointer, known.program_counter,
                              known.status_flags};
    for (const Register r : roles) EXPECT_TRUE(all.contains(r)) << int{r};
    EXPECT_EQ(all - known.callee_saved - known.call_clobbered, RegisterSet());
    EXPECT_TRUE(known.general.contains(known.stack_pointer));
    EXPECT_TRUE(known.callee_saved.contains(known.stack_pointer));
    EXPECT_FALSE(known.general.intersects(known.vectors | known.predicates));
    EXPECT_GE(known.integer_arguments.size(), 6U);
    for (const Register r : known.integer_arguments) EXPECT_TRUE(known.general.contains(r));
    for (const Register r : known.vector_arguments) EXPECT_TRUE(known.vectors.contains(r));
    EXPECT_EQ((known.results | known.rare_results) - known.return_registers, RegisterSet());
  }
}

TEST(EveryIsa, HasItsOwnNames) {
  EXPECT_EQ(facts_of(Isa::kX86_64).register_name(x86_64::kRax), "rax");
  EXPECT_EQ(facts_of(Isa::kAarch64).register_name(kX0), "x0");
  EXPECT_EQ(facts_of(Isa::kX86_64).link_register, kNoRegister);
  EXPECT_EQ(facts_of(Isa::kAarch64).link_register, kX30);
}

}  // namespace
}  // namespace asmforge::aarch64

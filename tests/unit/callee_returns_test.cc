#include "collect/callee_returns.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "collect/open.h"
#include "collect/stream.h"

namespace asmforge {
namespace {

// Assembles and links `text` and opens it.
Binary assemble(const std::string& text) {
  const std::string base = testing::TempDir() + "callee_returns_" + std::to_string(getpid());
  std::ofstream(base + ".s") << text;
  const std::string command =
      "clang-19 -shared -nostdlib -fuse-ld=lld " + base + ".s -o " + base + ".so";
  EXPECT_EQ(std::system(command.c_str()), 0);
  Result<std::vector<Binary>> opened = open_input(base + ".so", {});
  EXPECT_TRUE(opened.has_value());
  return std::move(opened.value().front());
}

constexpr const char* kSource = R"(
  .intel_syntax noprefix
  .macro function name
  .type \name, @function
  \name:
  .endm
  .macro done name
  .size \name, .-\name
  .endm

  function dies
    push rax
    call abort
  done dies

  function wraps_dies
    test edi, edi
    je 1f
    call dies
  1:
    call dies
  done wraps_dies

  function wraps_twice
    call wraps_dies
  done wraps_twice

  function four_deep
    call wraps_twice
  done four_deep

  function sometimes
    test edi, edi
    je 1f
    call dies
  1:
    ret
  done sometimes

  function tail_dies
    jmp dies
  done tail_dies

  function spins
  1:
    jmp 1b
  done spins

  function through_pointer
    jmp rax
  done through_pointer

  function recurses
    call recurses
    ret
  done recurses

  function calls_all
    call dies
    call wraps_dies
    call wraps_twice
    call four_deep
    call sometimes
    call tail_dies
    call spins
    call through_pointer
    call recurses
    call exit
    call puts
    ret
  done calls_all
)";

TEST(CalleeReturns, JudgesByNameAndByStructure) {
  const Binary binary = assemble(kSource);
  Decoder decoder(binary.isa);
  ReturnMemo memo(binary);
  CalleeReturns callees(binary, memo, decoder);
  const FunctionEntry* caller = nullptr;
  for (const FunctionEntry& entry : binary.functions)
    if (entry.name == "calls_all") caller = &entry;
  ASSERT_NE(caller, nullptr);

  Function function;
  decoder.decode_linear(binary.bytes_at(caller->address, caller->size), caller->address, function);
  std::vector<bool> never;
  for (const Insn& insn : function.insns)
    if (insn.is(InsnClass::kCall)) never.push_back(callees.never_returns(insn));
  // dies, wraps_dies, wraps_twice, four_deep, sometimes, tail_dies, spins,
  // through_pointer, recurses, exit, puts. Four wrappers deep is not followed.
  EXPECT_EQ(never, (std::vector<bool>{true, true, true, false, false, true, true, false, false,
                                      true, false}));
}

}  // namespace
}  // namespace asmforge

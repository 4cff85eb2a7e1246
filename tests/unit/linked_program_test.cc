#include "measure/layouts/linked_program.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "../support/scratch_dir.h"
#include "../support/tools.h"
#include "base/mapped_file.h"

namespace asmforge {
namespace {

using testing_support::run_tool;
using testing_support::ScratchDir;

// A program whose stack changes once, after `distance` bytes, with `data` bytes of data.
ProgramShape program(int distance, int data) {
  const ScratchDir scratch;
  const std::string source = scratch.write("program.s", fmt::format(R"(
  .text
  .globl _start
_start:
  .cfi_startproc
  .skip {}, 0x90
  pushq %rax
  .cfi_adjust_cfa_offset 8
  .skip {}, 0x90
  popq %rax
  .cfi_adjust_cfa_offset -8
  ret
  .cfi_endproc
  .data
  .skip {}
)",
                                                                    distance, distance, data));
  run_tool({"gcc", "-c", source, "-o", scratch.file("program.o")});
  run_tool({"ld.lld-19", scratch.file("program.o"), "-o", scratch.file("program")});
  const auto file = MappedFile::open(scratch.file("program"));
  if (!file) {
    ADD_FAILURE() << file.error().what;
    return {};
  }
  const Result<ProgramShape> shape = shape_of_program((*file)->bytes());
  if (!shape) {
    ADD_FAILURE() << shape.error().what;
    return {};
  }
  return *shape;
}

// Blocks that lie further apart need longer advances in .eh_frame.
TEST(LinkedProgram, IsTheSameWhereverItsBlocksAre) {
  EXPECT_EQ(difference(program(10, 8), program(600, 8)), "");
}

TEST(LinkedProgram, IsAnotherWithOtherData) {
  EXPECT_EQ(difference(program(10, 8), program(10, 16)),
            ".data has 8 bytes in one and 16 in the other");
}

}  // namespace
}  // namespace asmforge

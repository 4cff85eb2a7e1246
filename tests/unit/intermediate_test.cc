// Functions found in texts that compilers write.
#include "collect/intermediate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace asmforge {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view kIr = R"(; ModuleID = 'a.cc'
@scale = external global i32
declare void @other(i32)

; Function Attrs: nounwind
define dso_local void @scale(ptr noundef %0, i32 %1) local_unnamed_addr #0 !dbg !7 {
    #dbg_value(ptr %0, !12, !DIExpression(), !14)
  %3 = load i32, ptr %0, align 4, !dbg !18, !tbaa !19
  tail call void @llvm.dbg.value(metadata i32 %3, metadata !3, metadata !DIExpression()), !dbg !18
  call void @scale2(), !dbg !20
  ret void, !dbg !21
}

define internal i32 @scale2() {
  ret i32 0
}

define void @"a b"() {
  ret void
}
)";

TEST(IntermediateTest, FindsAFunctionOfIrBySymbolWithoutWhatDebugInfoAdds) {
  EXPECT_THAT(
      definitions_in_llvm(kIr, "scale"),
      ElementsAre("define dso_local void @scale(ptr noundef %0, i32 %1) local_unnamed_addr #0 {\n"
                  "  %3 = load i32, ptr %0, align 4, !tbaa !19\n"
                  "  call void @scale2()\n"
                  "  ret void\n"
                  "}\n"));
  EXPECT_THAT(definitions_in_llvm(kIr, "scale2"),
              ElementsAre("define internal i32 @scale2() {\n  ret i32 0\n}\n"));
  EXPECT_THAT(definitions_in_llvm(kIr, "a b"),
              ElementsAre("define void @\"a b\"() {\n  ret void\n}\n"));
  EXPECT_THAT(definitions_in_llvm(kIr, "other"), IsEmpty());
  EXPECT_THAT(definitions_in_llvm(kIr, "cale"), IsEmpty());
  EXPECT_THAT(definitions_in_llvm("define void @f() {\n", "f"), IsEmpty());
  EXPECT_THAT(definitions_in_llvm("", "f"), IsEmpty());
}

constexpr std::string_view kMir =
    R"(// WARNING: This output format is intended for human consumers only
fn scale(_1: &mut [u32], _2: u32) -> () {
    bb0: {
        return;
    }
}

fn <impl at a.rs:3:1: 3:9>::scale(_1: &S) -> () {
    return;
}

fn scale::{closure#0}(_1: u32) -> () {
    return;
}

const N: u32 = {
    return;
}
)";

TEST(IntermediateTest, FindsFunctionsOfMirByTheLastPartOfTheirPath) {
  EXPECT_THAT(
      definitions_in_mir(kMir, "scale"),
      ElementsAre(
          "fn scale(_1: &mut [u32], _2: u32) -> () {\n    bb0: {\n        return;\n    }\n}\n",
          "fn <impl at a.rs:3:1: 3:9>::scale(_1: &S) -> () {\n    return;\n}\n"));
  EXPECT_THAT(definitions_in_mir(kMir, "{closure#0}").size(), 1U);
  EXPECT_THAT(definitions_in_mir(kMir, "N"), IsEmpty());
}

}  // namespace
}  // namespace asmforge

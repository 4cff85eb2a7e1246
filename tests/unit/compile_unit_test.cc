#include "transform/compile_unit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace asmforge {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(CompileUnit, OfWhatGccTellsItsFrontEnd) {
  // gcc -O2 -g -I include -DNAME=1 -MD -c -o obj/a.o src/a.c
  const CompileUnit unit =
      compile_unit({"-quiet",        "-I",      "include",       "-imultiarch", "x86_64-linux-gnu",
                    "-MD",           "obj/a.d", "-MQ",           "obj/a.o",     "-D",
                    "NAME=1",        "src/a.c", "-quiet",        "-dumpdir",    "obj/",
                    "-dumpbase",     "a.c",     "-dumpbase-ext", ".c",          "-mtune=generic",
                    "-march=x86-64", "-g",      "-O2",           "-o",          "/tmp/ccx.s"},
                   "/project");
  EXPECT_EQ(unit.source, "src/a.c");
  EXPECT_EQ(unit.optimisation, "-O2");
  EXPECT_THAT(unit.arguments, ElementsAre("-I", "include", "-D", "NAME=1", "-march=x86-64", "-O2"));
  EXPECT_TRUE(compiles(unit, "/project/src/a.c"));
  EXPECT_TRUE(compiles(unit, "/project/lib/../src/a.c"));
  EXPECT_FALSE(compiles(unit, "/elsewhere/src/a.c"));
}

TEST(CompileUnit, OfWhatClangIsTold) {
  const CompileUnit unit = compile_unit(
      {"-O1", "-std=c++17", "-MD", "-MF", "b.d", "-Iinclude", "-isystem", "/opt/x", "-include",
       "config.h", "-fPIC", "-Wall", "-fno-inline", "-O3", "-c", "/src/b.cc", "-o", "b.o"},
      "/build");
  EXPECT_EQ(unit.source, "/src/b.cc");
  EXPECT_EQ(unit.optimisation, "-O3");
  EXPECT_THAT(unit.arguments, ElementsAre("-O1", "-std=c++17", "-Iinclude", "-isystem", "/opt/x",
                                          "-include", "config.h", "-O3"));
  EXPECT_TRUE(compiles(unit, "/src/b.cc"));
}

TEST(CompileUnit, KnowsFlagsThatOnlyHinder) {
  EXPECT_THAT(compile_unit({"-O2", "-fno-inline", "-fno-strict-aliasing", "-fno-tree-vectorize",
                            "-fno-inline-small-functions", "-c", "a.c"},
                           "/")
                  .taken_back,
              ElementsAre("-finline", "-ftree-vectorize"));
}

TEST(CompileUnit, OfNoSource) {
  const CompileUnit unit = compile_unit({"-v", "-o", "a.c", "-I"}, "/");
  EXPECT_THAT(unit.source, IsEmpty());
  EXPECT_THAT(unit.optimisation, IsEmpty());
  EXPECT_FALSE(compiles(unit, "/a.c"));
}

}  // namespace
}  // namespace asmforge

#include "collect/compile_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/process.h"

namespace asmforge {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string c_command(const std::string& given, std::vector<std::string>* notes = nullptr) {
  ObjectCommand command =
      object_command(split_command(given), SourceLanguage::kCxx, "a.cc", "", "/t/a.o");
  if (notes != nullptr) *notes = command.notes;
  return shell_quoted(command.argv);
}

std::string rust_command(const std::string& given, std::string_view text = "") {
  return shell_quoted(
      object_command(split_command(given), SourceLanguage::kRust, "a.rs", text, "/t/a.o").argv);
}

TEST(ObjectCommand, AddsDebugInfoOutputAndSource) {
  EXPECT_EQ(c_command("clang++ -O3 -march=native"),
            "clang++ -O3 -march=native -g -c -o /t/a.o a.cc");
}

TEST(ObjectCommand, KeepsTheDebugOptionThatWasGiven) {
  EXPECT_EQ(c_command("g++ -g3"), "g++ -g3 -c -o /t/a.o a.cc");
  EXPECT_EQ(c_command("g++ -gdwarf-4"), "g++ -gdwarf-4 -c -o /t/a.o a.cc");
  EXPECT_EQ(c_command("g++ -g0"), "g++ -g0 -c -o /t/a.o a.cc");
}

TEST(ObjectCommand, ReplacesEveryOutput) {
  EXPECT_EQ(c_command("c++ -g -MD -MT x.o -MF x.d -o x.o -c a.cc"), "c++ -g a.cc -c -o /t/a.o");
  EXPECT_EQ(c_command("c++ -g -MFx.d -ox.o -S -Wp,-MMD,x.d -save-temps=obj --output=x -- a.cc"),
            "c++ -g a.cc -c -o /t/a.o");
  EXPECT_EQ(c_command("c++ -g -o"), "c++ -g -c -o /t/a.o a.cc");
  EXPECT_EQ(
      c_command("clang++ -g -fsave-optimization-record=yaml -foptimization-record-file=a.yaml "
                "-foptimization-record-passes=licm"),
      "clang++ -g -c -o /t/a.o a.cc");
}

TEST(ObjectCommand, KeepsWhatOnlyLooksAlike) {
  EXPECT_EQ(c_command("c++ -g -Os -std=c++20 -Ecc -Iinc -include o.h"),
            "c++ -g -Os -std=c++20 -Ecc -Iinc -include o.h -c -o /t/a.o a.cc");
}

TEST(ObjectCommand, RecognisesItsSourceByAnyName) {
  EXPECT_EQ(c_command("c++ -g ../src/a.cc"), "c++ -g ../src/a.cc -c -o /t/a.o");
}

TEST(ObjectCommand, SaysWhatItLeftOutOfTheCode) {
  std::vector<std::string> notes;
  EXPECT_EQ(c_command("clang++ -g -flto=thin -fwhole-program-vtables", &notes),
            "clang++ -g -c -o /t/a.o a.cc");
  EXPECT_THAT(notes, ElementsAre(HasSubstr("before link-time optimisation")));
  c_command("clang++ -O2 -MD -o x", &notes);
  EXPECT_THAT(notes, IsEmpty());
  EXPECT_EQ(c_command("g++ -gsplit-dwarf", &notes), "g++ -g -c -o /t/a.o a.cc");
  EXPECT_THAT(notes, ElementsAre(HasSubstr("-gsplit-dwarf")));
}

TEST(ObjectCommand, RustProgramsAndLibraries) {
  EXPECT_EQ(rust_command("rustc -O"),
            "rustc -O -g --crate-type lib -C codegen-units=1 --emit=obj -o /t/a.o a.rs");
  EXPECT_EQ(rust_command("rustc -O", "use std::io;\nfn main() {}\n"),
            "rustc -O -g --crate-type bin -C codegen-units=1 --emit=obj -o /t/a.o a.rs");
}

TEST(ObjectCommand, RustOptionsThatWereGivenStay) {
  EXPECT_EQ(rust_command("rustc -Cdebuginfo=1 --crate-type=rlib -C codegen-units=4 --emit=asm"
                         " --out-dir x -o y a.rs"),
            "rustc -Cdebuginfo=1 --crate-type=rlib -C codegen-units=4 a.rs --emit=obj -o /t/a.o");
  EXPECT_EQ(rust_command("rustc --codegen debuginfo=1 --emit link"),
            "rustc --codegen debuginfo=1 --crate-type lib -C codegen-units=1 --emit=obj"
            " -o /t/a.o a.rs");
}

TEST(HasRustMain, OnlyAtTheTopOfTheFile) {
  EXPECT_TRUE(has_rust_main("fn main() {}"));
  EXPECT_TRUE(has_rust_main("// x\npub async fn main() {}"));
  EXPECT_FALSE(has_rust_main("mod a {\n    fn main() {}\n}"));
  EXPECT_FALSE(has_rust_main("fn mainly() {}"));
  EXPECT_FALSE(has_rust_main("// fn main()"));
}

TEST(SplitCommand, AsAShellDoes) {
  EXPECT_THAT(split_command(R"(  a  "b c" d\ e 'f"g' "h\"i\j" -DX=\"s\" '' x"y"z  )"),
              ElementsAre("a", "b c", "d e", "f\"g", "h\"i\\j", "-DX=\"s\"", "", "xyz"));
  EXPECT_THAT(split_command(""), IsEmpty());
  EXPECT_THAT(split_command("a 'open"), ElementsAre("a", "open"));
  EXPECT_THAT(split_command("a\\"), ElementsAre("a\\"));
}

TEST(DefaultCommand, IsInstalledHere) {
  const auto command = default_command(SourceLanguage::kCxx);
  ASSERT_TRUE(command.has_value());
  EXPECT_TRUE(find_program(command->front()).has_value());
  EXPECT_THAT(*command, testing::Contains("-g"));
}

TEST(HowToInstall, KnowsTheUsualCompilers) {
  EXPECT_THAT(how_to_install("/opt/x/clang++-21"), HasSubstr("apt install clang"));
  EXPECT_THAT(how_to_install("rustc"), HasSubstr("rustup"));
  EXPECT_THAT(how_to_install("icx"), HasSubstr("after --"));
}

}  // namespace
}  // namespace asmforge

#include "measure/layouts/link_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../support/scratch_dir.h"
#include "measure/layouts/compile_command.h"
#include "measure/layouts/intercept/tool_names.h"
#include "measure/layouts/relink.h"

namespace asmforge {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing_support::ScratchDir;

LinkCommand parse(const std::vector<std::string>& argv, const std::string& directory = "/build") {
  Result<LinkCommand> command = parse_link_command(argv, directory);
  EXPECT_TRUE(command.has_value());
  return std::move(*command);
}

std::vector<std::string> names(const LinkCommand& command) {
  std::vector<std::string> list;
  for (const LinkOperand& operand : command.operands)
    list.push_back(operand.prefix + "|" + operand.name);
  return list;
}

TEST(ToolNames, AreKnownByTheirEndWithoutAVersion) {
  for (const char* linker : {"ld", "/usr/bin/ld", "ld.lld-19", "x86_64-linux-gnu-ld.bfd", "lld",
                             "rust-lld", "mold", "/opt/wild", "ld.gold", "lld-19"})
    EXPECT_EQ(asmforge_tool_named(linker), ASMFORGE_LINKER) << linker;
  for (const char* other : {"build", "ldd", "old", "world", "gld", "mould", "clang-tidy-19", "cc2",
                            "clang-format", "ld.so", "", "/", "-", "19", "-19", "gas", "has"})
    EXPECT_EQ(asmforge_tool_named(other), ASMFORGE_NO_TOOL) << other;
  EXPECT_EQ(asmforge_tool_named("/usr/bin/x86_64-linux-gnu-as"), ASMFORGE_ASSEMBLER);
  EXPECT_EQ(asmforge_tool_named("/usr/lib/llvm-19/bin/clang++"), ASMFORGE_CLANG);
  EXPECT_EQ(asmforge_tool_named("clang-19"), ASMFORGE_CLANG);
  EXPECT_EQ(asmforge_tool_named("/usr/lib/gcc/x86_64-linux-gnu/12/cc1"), ASMFORGE_GCC);
  EXPECT_EQ(asmforge_tool_named("cc1plus"), ASMFORGE_GCC);
}

// What gcc 12 gives to ld through collect2.
TEST(LinkCommand, TellsInputsFromTheValuesOfOptions) {
  const LinkCommand command = parse({"/usr/bin/ld",
                                     "-plugin",
                                     "/usr/lib/gcc/liblto_plugin.so",
                                     "-plugin-opt=-fresolution=x.res",
                                     "--build-id",
                                     "-m",
                                     "elf_x86_64",
                                     "--hash-style=gnu",
                                     "-dynamic-linker",
                                     "/lib64/ld-linux-x86-64.so.2",
                                     "-pie",
                                     "-o",
                                     "out/prog",
                                     "crt1.o",
                                     "-L.",
                                     "-L/usr/lib",
                                     "-z",
                                     "relro",
                                     "main.o",
                                     "-lm",
                                     "--version-script=v.map",
                                     "-T",
                                     "x.ld",
                                     "-rpath",
                                     "lib"});
  EXPECT_EQ(command.output, "/build/out/prog");
  EXPECT_THAT(names(command), ElementsAre("|/build/crt1.o", "|/build/main.o", "-l|m",
                                          "--version-script=|/build/v.map", "|/build/x.ld"));
  EXPECT_THAT(command.search_folders, ElementsAre("/build/", "/usr/lib"));
  for (const LinkOperand& operand : command.operands)
    EXPECT_EQ(command.argv[operand.argument], operand.prefix + operand.name);
  EXPECT_FALSE(command.relocatable);
}

TEST(LinkCommand, JoinsOptionsWrittenAsTwoWords) {
  const LinkCommand command = parse({"ld", "-L", "a", "-l", "x", "--library=y", "--library-path",
                                     "/b", "--output=p", "-r", "--", "-"});
  EXPECT_THAT(command.argv, ElementsAre("-L/build/a", "-lx", "-ly", "-L/b", "-o", "/build/p", "-r",
                                        "--", "/build/-"));
  EXPECT_TRUE(command.relocatable);
}

TEST(LinkCommand, KnowsWhereOnlyArchivesAreSearched) {
  const LinkCommand command = parse({"ld", "-la", "-Bstatic", "-lb", "--push-state", "-Bdynamic",
                                     "-lc", "--pop-state", "-ld", "-Bdynamic", "-le"});
  std::string only_archives;
  for (const LinkOperand& operand : command.operands)
    if (operand.static_only) only_archives += operand.name;
  EXPECT_EQ(only_archives, "bd");
}

TEST(LinkCommand, ExpandsResponseFilesInResponseFiles) {
  const ScratchDir scratch;
  scratch.write("inner", "c.o\n'd e.o'");
  scratch.write("outer", R"("a.o" b\ b.o @inner)");
  const LinkCommand command = parse({"ld", "@outer", "@none", "-lz"}, scratch.path());
  const std::string at = "|" + scratch.path() + "/";
  EXPECT_THAT(names(command), ElementsAre(at + "a.o", at + "b b.o", at + "c.o", at + "d e.o",
                                          at + "@none", "-l|z"));
  scratch.write("endless", "@endless");
  EXPECT_FALSE(parse_link_command({"ld", "@endless"}, scratch.path()).has_value());
}

TEST(LinkCommand, ReadsBackWhatItWritesIntoResponseFiles) {
  const std::vector<std::string> words = {"a b", "", "\"", "\\", "'", "x\\\"y", "-o", "\t"};
  EXPECT_EQ(split_response(response_text(words)), words);
}

TEST(LinkCommand, RefusesFlavorsOfOtherSystems) {
  EXPECT_FALSE(parse_link_command({"lld", "-flavor", "link", "a.obj"}, "/").has_value());
  EXPECT_THAT(names(parse({"rust-lld", "-flavor", "gnu", "a.o"})), ElementsAre("|/build/a.o"));
}

TEST(LinkCommand, FindsLibrariesInTheOrderOfTheSearch) {
  const ScratchDir scratch;
  scratch.write("one/libx.a", "archive");
  scratch.write("two/libx.so", "shared");
  scratch.write("two/liby.a", "archive");
  scratch.write("two/liby.so", "shared");
  const LinkCommand command =
      parse({"ld", "-Lone", "-Ltwo", "-lx", "-ly", "-l:liby.a", "-Bstatic", "-ly", "-lnone"},
            scratch.path());
  std::vector<std::string> found;
  for (const LinkOperand& operand : command.operands) {
    const auto library = find_library(command, operand);
    found.push_back(library ? library->path.substr(scratch.path().size()) : "none");
  }
  EXPECT_THAT(found,
              ElementsAre("/one/libx.a", "/two/liby.so", "/two/liby.a", "/two/liby.a", "none"));
}

// ---- making the link again ----

TEST(RelinkArguments, ReplaceInputsAndLeaveOutWhatWritesElsewhere) {
  LinkStep link;
  link.argv = {"-plugin",
               "p.so",
               "-plugin-opt=-x",
               "-Map=m",
               "-s",
               "-o",
               "prog",
               "a.o",
               "-lown",
               "-lc",
               "--version-script=v",
               "-lbuiltin",
               "--dependency-file",
               "d",
               "--gc-sections",
               "--shuffle-sections=*=3"};
  const auto input = [&](std::uint32_t argument, std::string prefix, bool stored, bool by_path) {
    StepInput one;
    one.argument = argument;
    one.prefix = std::move(prefix);
    one.stored = stored;
    one.by_path = by_path;
    link.inputs.push_back(one);
  };
  input(7, "", true, false);
  input(8, "-l", true, false);
  input(9, "-l", false, false);
  input(10, "--version-script=", true, false);
  input(11, "-l", false, true);
  EXPECT_THAT(relink_arguments(link, {"/s/a.o", "/s/libown.a", "/lib/libc.so", "/s/v", "/l/b.so"}),
              ElementsAre("/s/a.o", "/s/libown.a", "-lc", "--version-script=/s/v", "/l/b.so",
                          "--gc-sections"));
}

// ---- compile steps ----

TEST(AssemblerCommand, FindsItsInputAndOutput) {
  const std::vector<std::string> argv = {"--64", "-I", "inc", "-o", "x.o", "/tmp/cc1.s"};
  const auto command = parse_assembler_command(argv);
  ASSERT_TRUE(command.has_value());
  EXPECT_EQ(command->input, 5U);
  EXPECT_EQ(command->output, 4U);
  EXPECT_THAT(assembler_again(argv, "n.s", "n.o"),
              ElementsAre("--64", "-I", "inc", "-o", "n.o", "n.s"));
  EXPECT_THAT(assembler_again({"--64", "-o", "x.o", "-"}, "n.s", "n.o"),
              ElementsAre("--64", "-o", "n.o", "n.s"));
  EXPECT_FALSE(parse_assembler_command({"--version"}).has_value());
  EXPECT_FALSE(parse_assembler_command({"a.s", "b.s"}).has_value());
}

TEST(ClangCommand, IsOneThatMakesAnObjectOfOneSource) {
  EXPECT_EQ(parse_clang_command({"-O2", "-c", "a.cc", "-o", "x/a.o"})->output, "x/a.o");
  EXPECT_EQ(parse_clang_command({"-c", "dir/a.c"})->output, "a.o");
  EXPECT_EQ(parse_clang_command({"-cc1", "-triple", "x86_64-pc-linux-gnu", "-emit-obj",
                                 "-main-file-name", "a.c", "-o", "/tmp/a.o", "-x", "c", "a.c"})
                ->output,
            "/tmp/a.o");
  EXPECT_FALSE(parse_clang_command({"a.c", "-o", "prog"}).has_value());
  EXPECT_FALSE(parse_clang_command({"-c", "a.c", "b.c"}).has_value());
  EXPECT_FALSE(parse_clang_command({"-S", "-c", "a.c"}).has_value());
  EXPECT_FALSE(parse_clang_command({"-###", "-c", "a.c"}).has_value());
  EXPECT_FALSE(parse_clang_command({"-c", "a.s"}).has_value());
}

TEST(ClangCommand, AskedForAssemblyWritesNothingElse) {
  EXPECT_THAT(clang_to_assembly(
                  {"-O2", "-MD", "-MF", "a.d", "-MT", "a.o", "-c", "a.c", "-o", "a.o"}, "n.s"),
              ElementsAre("-O2", "-S", "a.c", "-o", "n.s"));
  EXPECT_THAT(clang_to_assembly({"-cc1", "-emit-obj", "-dependency-file", "a.d", "-main-file-name",
                                 "a.c", "-o", "a.o", "a.c"},
                                "n.s"),
              ElementsAre("-cc1", "-S", "-main-file-name", "a.c", "a.c", "-o", "n.s"));
  EXPECT_THAT(clang_from_assembly({"-cc1", "-triple", "x86_64-pc-linux-gnu"}, "n.s", "n.o"),
              ElementsAre("-c", "-x", "assembler", "-Wno-unused-command-line-argument",
                          "--target=x86_64-pc-linux-gnu", "-o", "n.o", "n.s"));
}

}  // namespace
}  // namespace asmforge

#include "collect/compile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "../support/scratch_dir.h"
#include "../support/tools.h"
#include "collect/open.h"
#include "collect/source_lines.h"

namespace asmforge {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using testing_support::have_tool;
using testing_support::ScratchDir;

constexpr char kC[] = "int twice(int x) { return 2 * x; }\n";

class Compile : public testing::Test {
 protected:
  // A program that is called as a compiler; $out is where the object should go.
  std::string fake_compiler(const std::string& script) {
    const std::string path = scratch_.write(
        "fake-cc", "#!/bin/sh\nwhile [ \"$1\" != -o ]; do shift; done\nout=$2\n" + script + "\n");
    chmod(path.c_str(), 0755);
    return path;
  }
  Error error_of(const std::string& path, const CompileOptions& options) {
    auto compiled = compile_source(path, options);
    EXPECT_FALSE(compiled.has_value());
    return compiled ? Error{} : compiled.error();
  }
  ScratchDir scratch_;
};

TEST(SourceLanguage, ByTheSuffix) {
  EXPECT_EQ(source_language("a.c"), SourceLanguage::kC);
  EXPECT_EQ(source_language("d.d/a.cpp"), SourceLanguage::kCxx);
  EXPECT_EQ(source_language("a.C"), SourceLanguage::kCxx);
  EXPECT_EQ(source_language("a.rs"), SourceLanguage::kRust);
  EXPECT_EQ(source_language("a.o"), SourceLanguage::kNone);
  EXPECT_EQ(source_language("a.h"), SourceLanguage::kNone);
  EXPECT_EQ(source_language("cc"), SourceLanguage::kNone);
}

TEST_F(Compile, ByDefaultOptimisedWithSources) {
  const std::string source = scratch_.write("a.c", kC);
  const auto compiled = compile_source(source, {});
  ASSERT_TRUE(compiled.has_value()) << compiled.error().what;
  EXPECT_THAT(compiled->command, HasSubstr("-O2 -g"));
  const auto opened = open_input(compiled->object_path, {});
  ASSERT_TRUE(opened.has_value()) << opened.error().what;
  const Binary& binary = opened->front();
  ASSERT_EQ(binary.functions.size(), 1U);
  EXPECT_EQ(binary.functions[0].name, "twice");
  const std::uint64_t address = binary.functions[0].address;
  const auto location = SourceLines(binary).locate({&address, 1});
  ASSERT_TRUE(location.has_value());
  ASSERT_TRUE(location->front().known());
  EXPECT_THAT(location->front().frames[0].file, EndsWith("a.c"));
  EXPECT_EQ(location->front().frames[0].line, 1U);
}

TEST_F(Compile, TheCommandDecides) {
  const std::string source = scratch_.write("a.c", kC);
  CompileOptions options;
  options.command = {"gcc", "-O0", "-fno-omit-frame-pointer"};
  const auto compiled = compile_source(source, options);
  ASSERT_TRUE(compiled.has_value()) << compiled.error().what;
  EXPECT_THAT(compiled->command, StartsWith("gcc -O0 -fno-omit-frame-pointer -g -c -o "));
  EXPECT_THAT(compiled->command, EndsWith(" " + source));
}

TEST_F(Compile, FlagsAloneFollowTheDefaultCompiler) {
  CompileOptions options;
  options.command = {"-DX=3"};
  const auto compiled = compile_source(scratch_.write("a.c", "int x = X;\n"), options);
  ASSERT_TRUE(compiled.has_value()) << compiled.error().what;
  EXPECT_THAT(compiled->command, HasSubstr("-O2 -g -DX=3"));
}

TEST_F(Compile, RustLibraryAndProgram) {
  if (!have_tool("rustc")) GTEST_SKIP() << "rustc is not installed";
  const auto library = compile_source(
      scratch_.write("lib.rs", "#[no_mangle]\npub fn twice(x: u32) -> u32 { x * 2 }\n"), {});
  ASSERT_TRUE(library.has_value()) << library.error().what << library.error().hint;
  EXPECT_TRUE(open_input(library->object_path, {}).has_value());
  const auto program = compile_source(
      scratch_.write("p.rs", "fn main() {\n    println!(\"{}\", std::env::args().count());\n}\n"),
      {});
  ASSERT_TRUE(program.has_value()) << program.error().what << program.error().hint;
  EXPECT_TRUE(open_input(program->object_path, {}).has_value());
}

TEST_F(Compile, TheObjectGoesWithTheResult) {
  const std::string source = scratch_.write("a.c", kC);
  std::string folder;
  {
    const auto compiled = compile_source(source, {});
    ASSERT_TRUE(compiled.has_value());
    folder = compiled->folder->path();
    EXPECT_TRUE(std::filesystem::exists(compiled->object_path));
  }
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST_F(Compile, AMistakeShowsTheCompilersMessages) {
  const std::string source = scratch_.write("a.c", "int f( {\n");
  const Error error = error_of(source, {});
  EXPECT_EQ(error.code, ErrorCode::kBadInput);
  EXPECT_EQ(error.what, source + " does not compile");
  EXPECT_THAT(error.hint, HasSubstr("a.c:1:"));
}

TEST_F(Compile, AMissingCompilerSaysWhatToInstall) {
  CompileOptions options;
  options.command = {"clang++-99", "-O2"};
  const Error error = error_of(scratch_.write("a.cc", kC), options);
  EXPECT_EQ(error.code, ErrorCode::kUnavailable);
  EXPECT_EQ(error.what, "clang++-99 was not found");
  EXPECT_THAT(error.hint, HasSubstr("apt install clang"));
}

TEST_F(Compile, ACompilerThatWritesNoObject) {
  CompileOptions options;
  options.command = {fake_compiler("exit 0")};
  const std::string source = scratch_.write("a.c", kC);
  EXPECT_THAT(error_of(source, options).what, EndsWith("fake-cc wrote no object for " + source));
  options.command = {fake_compiler(": > \"$out\"")};
  EXPECT_THAT(error_of(source, options).what, HasSubstr("wrote no object"));
}

TEST_F(Compile, ACompilerThatFloodsIsCutAndCleaned) {
  CompileOptions options;
  options.command = {
      fake_compiler("printf 'first\\033[2Jerror\\n' >&2; head -c 20000000 /dev/zero >&2; exit 1")};
  const Error error = error_of(scratch_.write("a.c", kC), options);
  EXPECT_THAT(error.hint, StartsWith("\nfirst?[2Jerror\n"));
  EXPECT_THAT(error.hint, EndsWith("(the compiler said more)"));
  EXPECT_LT(error.hint.size(), 20'000U);
}

TEST_F(Compile, ACompilerThatIsKilled) {
  CompileOptions options;
  options.command = {fake_compiler("kill -KILL $$")};
  EXPECT_THAT(error_of(scratch_.write("a.c", kC), options).what,
              HasSubstr("does not compile: " + options.command[0] + " was killed by SIGKILL"));
}

TEST_F(Compile, ACompilerThatHangs) {
  CompileOptions options;
  options.command = {fake_compiler("sleep 60")};
  options.timeout = std::chrono::milliseconds(200);
  const Error error = error_of(scratch_.write("a.c", kC), options);
  EXPECT_EQ(error.code, ErrorCode::kUnavailable);
  EXPECT_THAT(error.what, HasSubstr("was stopped after 0.2"));
}

TEST_F(Compile, ASourceThatIsNoFile) {
  EXPECT_EQ(error_of(scratch_.file("none.c"), {}).code, ErrorCode::kBadInput);
  const std::string fifo = scratch_.file("fifo.c");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_THAT(error_of(fifo, {}).what, HasSubstr("fifo.c"));
  std::filesystem::create_directory(scratch_.file("dir.c"));
  EXPECT_THAT(error_of(scratch_.file("dir.c"), {}).what, HasSubstr("dir.c"));
}

class CompileDatabase : public Compile {
 protected:
  void SetUp() override {
    scratch_.write("src/inc/x.h", "#define X 7\n");
    source_ = scratch_.write("src/a.c", "#include <x.h>\nint x(void) { return X; }\n");
    std::filesystem::create_directory(scratch_.file("build"));
  }
  void write_database(const std::string& text) {
    scratch_.write("build/compile_commands.json", text);
  }
  std::string entry(const std::string& command) {
    return R"({"directory": ")" + scratch_.file("build") + R"(", "command": ")" + command +
           R"(", "file": "../src/a.c"})";
  }
  CompileOptions with_database() {
    CompileOptions options;
    options.database = scratch_.file("build");
    return options;
  }
  std::string source_;
};

TEST_F(CompileDatabase, RunsItsCommandInItsFolderAndWritesNothingThere) {
  write_database("[" + entry("gcc -O1 -I../src/inc -MD -MF a.d -o a.o -c ../src/a.c") + "]");
  const auto compiled = compile_source(source_, with_database());
  ASSERT_TRUE(compiled.has_value()) << compiled.error().what << compiled.error().hint;
  EXPECT_THAT(compiled->command, StartsWith("gcc -O1 -I../src/inc ../src/a.c -g -c -o "));
  EXPECT_EQ(compiled->directory, scratch_.file("build"));
  EXPECT_THAT(compiled->notes, IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(scratch_.file("build/a.o")));
  EXPECT_FALSE(std::filesystem::exists(scratch_.file("build/a.d")));
}

TEST_F(CompileDatabase, ArgumentsMayBeAList) {
  write_database(R"([{"directory": ".", "arguments": ["gcc", "-I../src/inc", "-DA=b c"],)"
                 R"("file": ")" +
                 source_ + R"("}])");
  const auto compiled = compile_source(source_, with_database());
  ASSERT_TRUE(compiled.has_value()) << compiled.error().what << compiled.error().hint;
  EXPECT_THAT(compiled->command, HasSubstr("'-DA=b c'"));
}

TEST_F(CompileDatabase, OfSeveralEntriesTheFirstWithANote) {
  write_database("[" + entry("gcc -I../src/inc -O1") + "," + entry("gcc -I../src/inc -O3") + "]");
  const auto compiled = compile_source(source_, with_database());
  ASSERT_TRUE(compiled.has_value());
  EXPECT_THAT(compiled->command, HasSubstr("-O1"));
  EXPECT_THAT(compiled->notes, ElementsAre(HasSubstr("compiled 2 times")));
}

TEST_F(CompileDatabase, AFileWithoutAnEntry) {
  write_database("[" + entry("gcc") + "]");
  const Error error = error_of(scratch_.write("src/b.c", kC), with_database());
  EXPECT_EQ(error.code, ErrorCode::kNotFound);
  EXPECT_THAT(error.what, HasSubstr("b.c is not in"));
}

TEST_F(CompileDatabase, ThatIsBadSaysSo) {
  for (const char* text : {"", "{", "{}", "[{\"file\":3}]", "[[[[[[[[[[[[]]]]]]]]]]]]", "\xff"}) {
    write_database(text);
    EXPECT_THAT(error_of(source_, with_database()).what, HasSubstr("compile_commands.json"))
        << text;
  }
  write_database("[" + entry("") + "]");
  EXPECT_THAT(error_of(source_, with_database()).what, HasSubstr("has no command"));
}

TEST_F(CompileDatabase, ThatIsNoFile) {
  EXPECT_THAT(error_of(source_, with_database()).what, HasSubstr("compile_commands.json"));
  const std::string path = scratch_.file("build/compile_commands.json");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_THAT(error_of(source_, with_database()).what, HasSubstr("compile_commands.json"));
}

TEST_F(CompileDatabase, AFolderThatIsGone) {
  write_database(R"([{"directory": "/no/such/folder", "command": "gcc a.c", "file": ")" + source_ +
                 R"("}])");
  EXPECT_THAT(error_of(source_, with_database()).what, HasSubstr("/no/such/folder"));
}

}  // namespace
}  // namespace asmforge

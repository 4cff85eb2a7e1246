// Debug info in a file of its own: found, checked, read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "../support/scratch_dir.h"
#include "../support/symbolizer_oracle.h"
#include "../support/tools.h"
#include "base/mapped_file.h"
#include "mc/crc32.h"

namespace asmforge {
namespace {

using namespace testing_support;  // NOLINT(google-build-using-namespace)
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace fs = std::filesystem;

const std::string kSource = std::string(ASMFORGE_SOURCE_DIR) + "/tests/data/dwarf/hash.c";

class DebugFile : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(scratch_.file("bin"));
    full_ = scratch_.file("bin/full");
    build(full_, "-Wl,--build-id=sha1");
    options_.debug_root = scratch_.file("root");
  }
  void build(const std::string& program, const std::string& flag) {
    run_tool({"gcc", "-O2", "-g", flag, kSource, "-o", program});
  }
  // Splits `from` into bin/prog, which links to prog.debug, and that debug file.
  void split(const std::string& from, const std::string& debug,
             const std::vector<std::string>& more = {}) {
    fs::create_directories(fs::path(debug).parent_path());
    std::vector<std::string> command = {"objcopy", "--only-keep-debug"};
    command.insert(command.end(), more.begin(), more.end());
    command.insert(command.end(), {from, debug});
    run_tool(command);
    run_tool({"objcopy", "--strip-debug", "--add-gnu-debuglink=" + debug, from, program_});
  }
  Binary open() { return open_one(program_, options_); }

  // Lines from the debug file must be those of the program before it was split.
  void expect_right_lines(const Binary& binary) {
    ASSERT_TRUE(binary.has_debug_info);
    std::vector<std::uint64_t> addresses;
    for (const FunctionEntry& function : binary.functions) {
      for (std::uint64_t i = 0; i < function.size; i += 5)
        addresses.push_back(function.address + i);
    }
    const auto ours = locate(binary, addresses);
    const auto oracle = ask_oracle(full_, addresses);
    ASSERT_EQ(oracle.size(), addresses.size());
    Tally tally;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
      compare_stacks(as_printed(ours[i]), oracle[i], binary, addresses[i], tally);
    }
    EXPECT_GT(tally.known, 50U);
  }

  ScratchDir scratch_;
  std::string full_;
  std::string program_ = scratch_.file("bin/prog");
  OpenOptions options_;
};

TEST_F(DebugFile, BesideTheProgram) {
  split(full_, scratch_.file("bin/prog.debug"));
  const Binary binary = open();
  EXPECT_EQ(binary.debug_path, scratch_.file("bin/prog.debug"));
  EXPECT_THAT(binary.notes, IsEmpty());
  expect_right_lines(binary);
}

TEST_F(DebugFile, InTheHiddenFolder) {
  split(full_, scratch_.file("bin/.debug/prog.debug"));
  EXPECT_EQ(open().debug_path, scratch_.file("bin/.debug/prog.debug"));
}

TEST_F(DebugFile, BeneathTheRoot) {
  const std::string path = scratch_.file("root") + scratch_.file("bin/prog.debug");
  split(full_, path);
  EXPECT_EQ(open().debug_path, path);
}

TEST_F(DebugFile, ByBuildId) {
  const std::string id = open_one(full_, options_).build_id;
  const std::string path =
      scratch_.file("root/.build-id/" + id.substr(0, 2) + "/" + id.substr(2) + ".debug");
  split(full_, path);
  run_tool({"objcopy", "--remove-section=.gnu_debuglink", program_});
  const Binary binary = open();
  EXPECT_EQ(binary.debug_path, path);
  expect_right_lines(binary);
}

TEST_F(DebugFile, WithCompressedSections) {
  split(full_, scratch_.file("bin/prog.debug"), {"--compress-debug-sections=zlib"});
  expect_right_lines(open());
}

TEST_F(DebugFile, WithoutBuildIdByChecksum) {
  build(full_, "-Wl,--build-id=none");
  split(full_, scratch_.file("bin/prog.debug"));
  const Binary binary = open();
  EXPECT_EQ(binary.build_id, "");
  expect_right_lines(binary);
}

TEST_F(DebugFile, OfAnotherBuildIsNotUsed) {
  split(full_, scratch_.file("bin/prog.debug"));
  build(full_, "-O1");
  run_tool({"objcopy", "--only-keep-debug", full_, scratch_.file("bin/prog.debug")});
  const Binary binary = open();
  EXPECT_FALSE(binary.has_debug_info);
  EXPECT_THAT(binary.notes, ElementsAre(HasSubstr("is of another build")));
}

TEST_F(DebugFile, ThatWasDamagedIsNotUsed) {
  split(full_, scratch_.file("bin/prog.debug"));
  std::ofstream(scratch_.file("bin/prog.debug"), std::ios::app) << "x";
  const Binary binary = open();
  EXPECT_FALSE(binary.has_debug_info);
  EXPECT_THAT(binary.notes, ElementsAre(HasSubstr("its checksum differs")));
}

TEST_F(DebugFile, ThatIsNoDebugFileIsNotUsed) {
  const std::string debug = scratch_.file("bin/prog.debug");
  split(full_, debug);
  for (const std::string& text : {std::string("text"), std::string("\177ELF")}) {
    std::ofstream(debug, std::ios::trunc) << text;
    EXPECT_FALSE(open().has_debug_info);
    EXPECT_EQ(open().notes.size(), 1U);
  }
  fs::remove(debug);
  ASSERT_EQ(mkfifo(debug.c_str(), 0600), 0);
  EXPECT_FALSE(open().has_debug_info);
  fs::remove(debug);
  EXPECT_FALSE(open().has_debug_info);
  EXPECT_THAT(open().notes, IsEmpty());
}

TEST_F(DebugFile, NamedByTheUser) {
  split(full_, scratch_.file("elsewhere/x.debug"));
  EXPECT_FALSE(open().has_debug_info);
  options_.debug_file = scratch_.file("elsewhere/x.debug");
  expect_right_lines(open());
}

TEST_F(DebugFile, NamedByTheUserMustFit) {
  split(full_, scratch_.file("elsewhere/x.debug"));
  const auto refusal = [&](const std::string& name) {
    options_.debug_file = name;
    const auto opened = open_input(program_, options_);
    EXPECT_FALSE(opened.has_value());
    return opened ? "" : opened.error().what;
  };
  const std::string other = scratch_.file("other");
  build(other, "-O1");
  EXPECT_THAT(refusal(other), HasSubstr("is of another build: its build id is"));
  EXPECT_THAT(refusal(scratch_.file("none")), HasSubstr(scratch_.file("none")));
  EXPECT_THAT(refusal(kSource), HasSubstr("hash.c"));
  EXPECT_THAT(refusal(program_), HasSubstr("holds no debug info"));
  build(full_, "-Wl,--build-id=none");
  run_tool({"objcopy", "--strip-debug", full_, program_});
  EXPECT_THAT(refusal(full_), HasSubstr("has no build id"));
}

TEST_F(DebugFile, ALinkLeadsNowhereElse) {
  split(full_, scratch_.file("root/prog.debug"));
  // objcopy writes only the last part of a name, so the section is made by hand.
  std::string link = std::string("../root/prog.debug") + std::string(2, '\0') + "abcd";
  const std::string section = scratch_.write("link", link);
  run_tool({"objcopy", "--update-section", ".gnu_debuglink=" + section, program_});
  const Binary binary = open();
  EXPECT_FALSE(binary.has_debug_info);
  EXPECT_THAT(binary.notes, IsEmpty());
}

TEST(Crc32, IsTheOneOfZlib) {
  const std::string text = "123456789";
  EXPECT_EQ(crc32({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}), 0xcbf43926U);
}

}  // namespace
}  // namespace asmforge

// SourceLines on relocatables and archive members.
//
// llvm-symbolizer mixes up the functions of an object with several code sections,
// so the oracle looks at the same code after a linker has placed it: what holds for
// f + 12 there holds for f + 12 in the object.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "../support/scratch_dir.h"
#include "../support/symbolizer_oracle.h"
#include "../support/tools.h"

namespace asmforge {
namespace {

using namespace testing_support;  // NOLINT(google-build-using-namespace)

const std::string kData = std::string(ASMFORGE_SOURCE_DIR) + "/tests/data/dwarf/";

// Compares every function that both have, at every third byte.
Tally compare_with_linked(const Binary& object, const std::string& linked_path) {
  const Binary linked = open_one(linked_path);
  std::vector<std::uint64_t> ours_at;
  std::vector<std::uint64_t> oracle_at;
  for (const FunctionEntry& function : object.functions) {
    for (const FunctionEntry& twin : linked.functions) {
      if (function.name.empty() || twin.name != function.name) continue;
      EXPECT_EQ(twin.size, function.size) << function.name;
      for (std::uint64_t offset = 0; offset < function.size; offset += 3) {
        ours_at.push_back(function.address + offset);
        oracle_at.push_back(twin.address + offset);
      }
      break;
    }
  }
  const auto ours = locate(object, ours_at);
  const auto oracle = ask_oracle(linked_path, oracle_at);
  Tally tally;
  EXPECT_EQ(oracle.size(), ours.size());
  for (std::size_t i = 0; i < std::min(oracle.size(), ours.size()); ++i) {
    compare_stacks(as_printed(ours[i]), oracle[i], linked, oracle_at[i], tally);
    if (testing::Test::HasFailure()) break;
  }
  std::printf("  %s%s: %zu addresses the same, %zu with a source, %zu inlined\n",
              object.path.substr(object.path.rfind('/') + 1).c_str(), object.member.c_str(),
              tally.compared, tally.known, tally.inlined);
  return tally;
}

struct Build {
  std::string name;
  std::vector<std::string> command;
  std::string source;
};

void PrintTo(const Build& build, std::ostream* out) { *out << build.name; }

class Object : public testing::TestWithParam<Build> {};

TEST_P(Object, AgreesWithItselfLinked) {
  const Build& build = GetParam();
  for (const std::string& tool : {build.command[0], std::string("llvm-symbolizer-19")}) {
    if (!have_tool(tool)) GTEST_SKIP() << tool << " is not installed";
  }
  const ScratchDir scratch;
  const std::string object = scratch.file(build.name + ".o");
  const std::string linked = scratch.file(build.name + ".so");
  std::vector<std::string> command = build.command;
  command.insert(command.end(), {kData + build.source, "-o", object});
  run_tool(command, scratch.path());
  run_tool({"gcc", "-shared", "-Wl,-z,notext", "-Wl,--unresolved-symbols=ignore-all", "-nostdlib",
            object, "-o", linked});
  const Tally tally = compare_with_linked(open_one(object), linked);
  // hash.c is small.
  EXPECT_GT(tally.known, build.source == "hash.c" ? 100U : 2000U);
  EXPECT_GT(tally.inlined, build.source == "hash.c" ? 20U : 2000U);
}

INSTANTIATE_TEST_SUITE_P(
    Compilers, Object,
    testing::Values(
        Build{"clang_cc", {"clang++-19", "-O2", "-g", "-fPIC", "-c"}, "containers.cc"},
        Build{"clang_cc_4",
              {"clang++-19", "-O2", "-g", "-gdwarf-4", "-fPIC", "-ffunction-sections", "-c"},
              "containers.cc"},
        Build{"gcc_cc", {"g++", "-O2", "-g", "-fPIC", "-c"}, "containers.cc"},
        Build{"gcc_cc_4",
              {"g++", "-O2", "-gdwarf-4", "-fPIC", "-ffunction-sections", "-c"},
              "containers.cc"},
        Build{"gcc_gz", {"g++", "-O2", "-g", "-gz=zlib", "-fPIC", "-c"}, "containers.cc"},
        Build{"clang_gz",
              {"clang++-19", "-O2", "-g", "-gz=zstd", "-fPIC", "-ffunction-sections", "-c"},
              "containers.cc"},
        Build{"gcc_c", {"gcc", "-O2", "-g", "-fPIC", "-ffunction-sections", "-c"}, "hash.c"},
        Build{"clang_c", {"clang-19", "-O2", "-g", "-fPIC", "-c"}, "hash.c"},
        Build{"rust", {"rustc", "-O", "-g", "--emit=obj", "-Ccodegen-units=1"}, "words.rs"}),
    [](const auto& info) { return info.param.name; });

TEST(Archive, EachMemberHasItsOwnLines) {
  const ScratchDir scratch;
  for (const std::string name : {"hash", "containers"}) {  // NOLINT(performance-for-range-copy)
    const std::string source = kData + name + (name == "hash" ? ".c" : ".cc");
    run_tool({"gcc", "-O2", "-g", "-fPIC", "-c", source, "-o", scratch.file(name + ".o")});
    run_tool({"gcc", "-shared", "-Wl,--unresolved-symbols=ignore-all", "-nostdlib",
              scratch.file(name + ".o"), "-o", scratch.file(name + ".so")});
  }
  const std::string archive = scratch.file("lib.a");
  run_tool({"ar", "rcs", archive, scratch.file("hash.o"), scratch.file("containers.o")});
  const auto members = open_input(archive, {});
  ASSERT_TRUE(members.has_value()) << members.error().what;
  ASSERT_EQ(members->size(), 2U);
  for (const Binary& member : *members) {
    const std::string name = member.member.substr(0, member.member.find('.'));
    EXPECT_GT(compare_with_linked(member, scratch.file(name + ".so")).known, 100U);
  }
}

}  // namespace
}  // namespace asmforge

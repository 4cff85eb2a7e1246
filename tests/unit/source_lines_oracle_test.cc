// Every answer of SourceLines against llvm-symbolizer, on programs compiled here.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "../support/scratch_dir.h"
#include "../support/symbolizer_oracle.h"
#include "../support/tools.h"

namespace asmforge {
namespace {

using namespace testing_support;  // NOLINT(google-build-using-namespace)

constexpr std::size_t kAddressesPerProgram = 4000;

const std::string kData = std::string(ASMFORGE_SOURCE_DIR) + "/tests/data/dwarf/";

// Places all over the code, not only at starts of instructions.
std::vector<std::uint64_t> addresses_in(const Binary& binary) {
  std::uint64_t total = 0;
  for (const Section& section : binary.sections) total += section.executable ? section.size : 0;
  const std::uint64_t step = std::max<std::uint64_t>(1, total / kAddressesPerProgram);
  std::vector<std::uint64_t> addresses;
  for (const Section& section : binary.sections) {
    if (!section.executable) continue;
    for (std::uint64_t at = 0; at < section.size; at += step) {
      addresses.push_back(section.address + at);
    }
  }
  return addresses;
}

// Opens `path`; the oracle is given `oracle_path`, which names the same code.
Tally compare_all(const std::string& path, const std::string& oracle_path,
                  const OpenOptions& options = {}) {
  const Binary binary = open_one(path, options);
  const auto addresses = addresses_in(binary);
  const auto ours = locate(binary, addresses);
  const auto oracle = ask_oracle(oracle_path, addresses);
  Tally tally;
  EXPECT_EQ(oracle.size(), addresses.size());
  for (std::size_t i = 0; i < std::min(oracle.size(), addresses.size()); ++i) {
    compare_stacks(as_printed(ours[i]), oracle[i], binary, addresses[i], tally);
    if (testing::Test::HasFailure()) break;
  }
  std::printf("  %s: %zu addresses the same, %zu with a source, %zu inlined, %zu named by symbol\n",
              path.substr(path.rfind('/') + 1).c_str(), tally.compared, tally.known, tally.inlined,
              tally.named_by_symbol);
  return tally;
}

struct Build {
  std::string name;
  std::vector<std::string> command;  // without source and output
  std::string source;
  bool inlines = true;
};

void PrintTo(const Build& build, std::ostream* out) { *out << build.name; }

class LinkedProgram : public testing::TestWithParam<Build> {
 protected:
  void SetUp() override {
    for (const std::string& tool : {GetParam().command[0], std::string("llvm-symbolizer-19")}) {
      if (!have_tool(tool)) GTEST_SKIP() << tool << " is not installed";
    }
  }
  std::string build(const std::vector<std::string>& more = {}) {
    std::vector<std::string> command = GetParam().command;
    command.insert(command.end(), more.begin(), more.end());
    const std::string program = scratch_.file(GetParam().name);
    for (const std::string& word : {kData + GetParam().source, std::string("-o"), program}) {
      command.push_back(word);
    }
    run_tool(command, scratch_.path());
    return program;
  }
  ScratchDir scratch_;
};

TEST_P(LinkedProgram, AgreesWithTheOracleEverywhere) {
  const std::string program = build();
  const Tally tally = compare_all(program, program);
  EXPECT_GT(tally.known, GetParam().source.ends_with(".rs") ? 100U : 500U);
  EXPECT_EQ(tally.inlined > 100, GetParam().inlines);
}

INSTANTIATE_TEST_SUITE_P(
    Compilers, LinkedProgram,
    testing::Values(
        Build{"clang_cc_5", {"clang++-19", "-O2", "-g", "-gdwarf-5"}, "containers.cc"},
        Build{"clang_cc_4", {"clang++-19", "-O2", "-g", "-gdwarf-4"}, "containers.cc"},
        Build{"gcc_cc_5", {"g++", "-O2", "-g", "-gdwarf-5"}, "containers.cc"},
        Build{"gcc_cc_4", {"g++", "-O2", "-g", "-gdwarf-4"}, "containers.cc"},
        Build{"gcc_cc_O0", {"g++", "-O0", "-g", "-no-pie"}, "containers.cc", false},
        Build{"clang_c_5", {"clang-19", "-O3", "-g"}, "hash.c"},
        Build{"gcc_c_4", {"gcc", "-O3", "-g", "-gdwarf-4"}, "hash.c"},
        Build{"gcc_lto", {"g++", "-O2", "-g", "-flto"}, "containers.cc"},
        Build{"clang_zlib", {"clang++-19", "-O2", "-g", "-gz=zlib"}, "containers.cc"},
        Build{
            "clang_zstd", {"clang++-19", "-O2", "-g", "-gz=zstd", "-fuse-ld=lld"}, "containers.cc"},
        Build{"clang_lines_only", {"clang++-19", "-O2", "-gline-tables-only"}, "containers.cc"},
        Build{"rust_legacy", {"rustc", "-O", "-g"}, "words.rs"},
        Build{"rust_v0", {"rustc", "-O", "-g", "-Csymbol-mangling-version=v0"}, "words.rs"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace asmforge

// Every answer of SourceLines against llvm-symbolizer, on programs compiled here.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "../support/scratch_dir.h"
#include "../support/tools.h"
#include "collect/open.h"
#include "collect/source_lines.h"
#include "mc/demangle.h"

namespace asmforge {
namespace {

using testing_support::have_tool;
using testing_support::run_tool;
using testing_support::ScratchDir;

constexpr std::size_t kAddressesPerProgram = 4000;

const std::string kData = std::string(ASMFORGE_SOURCE_DIR) + "/tests/data/dwarf/";

struct Frame {
  std::string function;
  std::string place;  // file:line:column
};
using Stack = std::vector<Frame>;

// What llvm-symbolizer prints, mangled names, one stack an address:
//   0x1234
//   _Z5innerv
//   /src/a.h:3:1
//   main
//   /src/a.c:7:2
//   (empty line)
std::vector<Stack> ask_oracle(const std::string& file,
                              const std::vector<std::uint64_t>& addresses) {
  std::string input;
  for (const std::uint64_t address : addresses) input += fmt::format("{:#x}\n", address);
  std::istringstream out(run_tool(
      {"llvm-symbolizer-19", "--obj=" + file, "--inlines", "--no-demangle", "--functions=linkage"},
      "", input));
  std::vector<Stack> stacks(1);
  for (std::string function; std::getline(out, function);) {
    if (function.empty()) {
      stacks.emplace_back();
      continue;
    }
    std::string place;
    std::getline(out, place);
    stacks.back().push_back({function, place});
  }
  stacks.pop_back();
  return stacks;
}

// Nothing, or what the symbol table alone tells: a name and the file it was in.
bool without_debug_info(const Stack& stack) {
  return stack.size() == 1 && stack[0].place.ends_with(":0:0");
}

Stack as_printed(const SourceLocation& location) {
  Stack stack;
  for (const SourceFrame& frame : location.frames) {
    const std::string folder = frame.directory.empty() ? "" : frame.directory + "/";
    const std::string file = frame.file.empty() ? "??" : folder + frame.file;
    stack.push_back({frame.function.empty() ? "??" : frame.function,
                     fmt::format("{}:{}:{}", file, frame.line, frame.column)});
  }
  return stack;
}

struct Tally {
  std::size_t compared = 0;
  std::size_t known = 0;
  std::size_t inlined = 0;
  std::size_t named_by_symbol = 0;
};

// llvm-symbolizer names the outermost frame after the symbol: "f.cold", "f.constprop.0",
// or one of several names of the same code. Ours is the function in the source.
bool same_function(const std::string& ours, const std::string& oracle, const Binary& binary,
                   bool outermost, Tally& tally) {
  if (ours == demangle(oracle)) return true;
  if (!outermost) return false;
  ++tally.named_by_symbol;
  for (std::size_t dot = oracle.find('.'); dot != std::string::npos;
       dot = oracle.find('.', dot + 1)) {
    if (ours == demangle(oracle.substr(0, dot))) return true;
  }
  const auto symbol = std::ranges::find(binary.symbols, oracle, &Symbol::name);
  if (symbol == binary.symbols.end()) return false;
  return std::ranges::any_of(binary.symbols, [&](const Symbol& other) {
    return other.address == symbol->address && demangle(other.name) == ours;
  });
}

void compare(const Stack& ours, const Stack& oracle, const Binary& binary, std::uint64_t address,
             Tally& tally) {
  ++tally.compared;
  if (ours.empty()) {
    EXPECT_TRUE(without_debug_info(oracle)) << fmt::format("{:#x}", address);
    return;
  }
  ++tally.known;
  if (oracle.size() > 1) ++tally.inlined;
  ASSERT_EQ(ours.size(), oracle.size()) << fmt::format("{:#x}", address);
  for (std::size_t i = 0; i < ours.size(); ++i) {
    const std::string where = fmt::format("{:#x} frame {}", address, i);
    EXPECT_EQ(ours[i].place, oracle[i].place) << where;
    EXPECT_TRUE(
        same_function(ours[i].function, oracle[i].function, binary, i + 1 == ours.size(), tally))
        << where << ": " << ours[i].function << " but " << oracle[i].function;
  }
}

Binary open_one(const std::string& path, const OpenOptions& options = {}) {
  auto opened = open_input(path, options);
  if (!opened || opened->size() != 1) {
    ADD_FAILURE() << path << ": " << (opened ? "not one binary" : opened.error().what);
    return {};
  }
  return std::move(opened->front());
}

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

std::vector<SourceLocation> locate(const Binary& binary,
                                   const std::vector<std::uint64_t>& addresses) {
  SourceLines lines(binary);
  auto locations = lines.locate(addresses);
  if (!locations) {
    ADD_FAILURE() << locations.error().what;
    return std::vector<SourceLocation>(addresses.size());
  }
  return *locations;
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
    compare(as_printed(ours[i]), oracle[i], binary, addresses[i], tally);
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

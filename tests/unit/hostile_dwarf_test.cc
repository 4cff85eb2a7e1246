// Damaged debug info: the worker may die of it, we must not, and answer in time.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "../support/scratch_dir.h"
#include "../support/tools.h"
#include "base/elf_file.h"
#include "collect/open_bytes.h"
#include "collect/source_lines.h"

namespace asmforge {
namespace {

using namespace testing_support;  // NOLINT(google-build-using-namespace)
using testing::HasSubstr;
using testing::StartsWith;

const std::string kData = std::string(ASMFORGE_SOURCE_DIR) + "/tests/data/dwarf/";

// More with ASMFORGE_MUTATIONS=20000 in the environment.
unsigned mutations_per_program() {
  const char* wanted = std::getenv("ASMFORGE_MUTATIONS");
  return wanted == nullptr ? 250 : static_cast<unsigned>(std::strtoul(wanted, nullptr, 10));
}

struct Range {
  std::size_t begin;
  std::size_t size;
};

// Where in the file its debug sections are, and what relocates them.
std::vector<Range> debug_ranges(Bytes bytes) {
  std::vector<Range> ranges;
  const auto file = ElfFile::parse(bytes);
  if (!file) return ranges;
  for (const ElfSection& section : file->sections) {
    if (section.name.find(".debug") == std::string_view::npos || section.bytes.empty()) continue;
    ranges.push_back(
        {static_cast<std::size_t>(section.bytes.data() - bytes.data()), section.bytes.size()});
  }
  return ranges;
}

// Values that readers of lengths, offsets, counts and forms stumble over.
constexpr std::uint8_t kNasty[] = {0x00, 0x01, 0x7f, 0x80, 0xff, 0xfe, 0x08, 0x0c, 0x21, 0x1f};

void damage(std::vector<std::uint8_t>& bytes, const std::vector<Range>& ranges,
            std::mt19937& random) {
  const Range range = ranges[random() % ranges.size()];
  for (unsigned edits = 1 + random() % 4; edits > 0; --edits) {
    // Headers are at the front of a section; most of the harm is done there.
    const std::size_t within =
        random() % 2 == 0 ? std::min<std::size_t>(range.size, 64) : range.size;
    const std::size_t at = range.begin + random() % within;
    const std::size_t width =
        std::min<std::size_t>(1U << (random() % 4), range.begin + range.size - at);
    for (std::size_t i = 0; i < width; ++i) {
      bytes[at + i] = random() % 2 == 0 ? kNasty[random() % std::size(kNasty)]
                                        : static_cast<std::uint8_t>(random());
    }
  }
}

struct Program {
  std::string name;
  std::vector<std::string> command;
};

void PrintTo(const Program& program, std::ostream* out) { *out << program.name; }

class HostileDwarf : public testing::TestWithParam<Program> {};

TEST_P(HostileDwarf, NeverHarmsUs) {
  if (!have_tool(GetParam().command[0])) GTEST_SKIP() << GetParam().command[0] << " is missing";
  const ScratchDir scratch;
  std::vector<std::string> command = GetParam().command;
  command.insert(command.end(), {kData + "hash.c", "-o", scratch.file("p")});
  run_tool(command);
  const std::string text = read_whole_file(scratch.file("p"));
  const std::vector<std::uint8_t> original(text.begin(), text.end());
  const std::vector<Range> ranges = debug_ranges(original);
  ASSERT_FALSE(ranges.empty());

  WorkerLimits limits;
  limits.deadline = std::chrono::milliseconds(1000);
  limits.memory_bytes = std::uint64_t{256} << 20;
  constexpr unsigned kSeed = 20261121;
  std::mt19937 random(kSeed);
  std::map<std::string, unsigned> endings;
  for (unsigned round = 0; round < mutations_per_program(); ++round) {
    std::vector<std::uint8_t> bytes = original;
    damage(bytes, ranges, random);
    const auto opened = open_bytes("damaged", bytes, {});
    ASSERT_TRUE(opened.has_value()) << opened.error().what;
    std::vector<std::uint64_t> addresses;
    for (const FunctionEntry& function : opened->front().functions) {
      for (std::uint64_t i = 0; i < function.size; i += 16)
        addresses.push_back(function.address + i);
    }
    SourceLines lines(opened->front(), limits);
    const auto located = lines.locate(addresses);
    if (located) {
      EXPECT_EQ(located->size(), addresses.size());
      ++endings["answered"];
      continue;
    }
    constexpr std::string_view kStart = "the debug info of damaged could not be read: the reader ";
    ASSERT_THAT(located.error().what, StartsWith(std::string(kStart)));
    ASSERT_THAT(located.error().what, HasSubstr("; sources are not shown"));
    EXPECT_EQ(lines.locate(addresses).error().what, located.error().what);
    ++endings[located.error().what.substr(kStart.size())];
  }
  EXPECT_GT(endings["answered"], 0U);
  for (const auto& [ending, count] : endings) std::printf("  %5u %s\n", count, ending.c_str());
}

INSTANTIATE_TEST_SUITE_P(Programs, HostileDwarf,
                         testing::Values(Program{"clang5", {"clang-19", "-O2", "-g", "-gdwarf-5"}},
                                         Program{"gcc4", {"gcc", "-O2", "-gdwarf-4"}},
                                         Program{"object", {"gcc", "-O2", "-g", "-c"}},
                                         Program{"compressed",
                                                 {"clang-19", "-O2", "-g", "-gz=zlib", "-c"}}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace asmforge

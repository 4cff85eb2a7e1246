// `show` of one function looked at alone against the same function when all of its
// file is known: the listings must agree in every instruction, block, loop, name and
// cold part. On functions spread over whole libraries of Debian, which are stripped:
// most of their functions have no name.
#include <filesystem>

#include "cli/make_listing.h"
#include "elf_test_support.h"
#include "report/output.h"

namespace asmforge {
namespace {

using elf_test::open_one;

constexpr std::size_t kFunctionsOfEach = 150;

std::string listing_of(const Binary& binary, FunctionAnalyser& analyser, std::uint32_t function) {
  SourceText no_sources;
  Listing listing = make_listing(analyser.analyse(function), {.sources = false}, no_sources);
  listing.notes.clear();  // how functions were found
  std::string text;
  {
    Output out(text);
    write_listing_json(listing, out);
  }
  const FunctionEntry& entry = binary.functions[function];
  return text + (entry.size_known ? "" : " of unknown size");
}

struct Tally {
  std::size_t completed = 0;
  std::size_t given_up = 0;
  std::size_t nameless = 0;
  std::size_t with_cold_parts = 0;
  std::size_t with_landing_pads = 0;
};

class OneFunction : public testing::TestWithParam<const char*> {
 protected:
  // False when only the whole file tells.
  bool compare(std::uint32_t function, std::uint64_t address) {
    Binary one = symbols_;
    const std::optional<std::uint32_t> index = complete_function(one, address);
    if (!index) return false;
    ++tally_.completed;
    const FunctionEntry& entry = all_.functions[function];
    tally_.nameless += entry.name.empty() ? 1 : 0;
    tally_.with_cold_parts += entry.cold_part_count != 0 ? 1 : 0;
    tally_.with_landing_pads += all_.landing_pads(entry.address).empty() ? 0 : 1;
    FunctionAnalyser alone(one);
    EXPECT_EQ(listing_of(one, alone, *index), listing_of(all_, analyser_, function))
        << std::hex << "asked for " << address;
    return true;
  }

  Binary all_ = open_one(GetParam());
  Binary symbols_ = open_one(GetParam(), {.debug_file = "", .find_functions = false});
  FunctionAnalyser analyser_{all_};
  Tally tally_;
};

TEST_P(OneFunction, IsTheSameAsWhenAllAreKnown) {
  const std::size_t step = std::max<std::size_t>(1, all_.functions.size() / kFunctionsOfEach);
  for (std::size_t i = 0; i < all_.functions.size(); i += step) {
    const FunctionEntry& entry = all_.functions[i];
    const auto function = static_cast<std::uint32_t>(i);
    const std::uint64_t somewhere = i % 2 == 0 ? entry.address : entry.address + entry.size / 2;
    if (!compare(function, somewhere)) ++tally_.given_up;
    // From a cold part it is not told whose it is; if it is, then rightly.
    if (entry.cold_part_count != 0)
      compare(function, all_.cold_parts[entry.first_cold_part].range.begin);
  }
  std::printf(
      "%s: %zu completed (%zu nameless, %zu with cold parts, %zu with landing pads), "
      "%zu given up\n",
      GetParam(), tally_.completed, tally_.nameless, tally_.with_cold_parts,
      tally_.with_landing_pads, tally_.given_up);
  // Giving up costs the time that looking at everything takes, so it must be rare.
  EXPECT_LE(tally_.given_up * 20, tally_.completed);
}

std::vector<const char*> installed_libraries() {
  std::vector<const char*> installed;
  for (const char* path :
       {"/usr/lib/x86_64-linux-gnu/libc.so.6", "/usr/lib/x86_64-linux-gnu/libstdc++.so.6",
        "/usr/lib/x86_64-linux-gnu/libcrypto.so.3", "/usr/lib/x86_64-linux-gnu/libicuuc.so.72",
        "/usr/lib/x86_64-linux-gnu/libxml2.so.2", "/usr/lib/x86_64-linux-gnu/libLLVM.so.19.1"})
    if (std::filesystem::exists(path)) installed.push_back(path);
  return installed;
}

INSTANTIATE_TEST_SUITE_P(Debian, OneFunction, testing::ValuesIn(installed_libraries()));

}  // namespace
}  // namespace asmforge

// llvm-symbolizer as an oracle for SourceLines.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "collect/open.h"
#include "collect/source_lines.h"
#include "mc/demangle.h"
#include "tools.h"

namespace asmforge::testing_support {

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
inline std::vector<Stack> ask_oracle(const std::string& file,
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
inline bool without_debug_info(const Stack& stack) {
  return stack.size() == 1 && stack[0].place.ends_with(":0:0");
}

inline Stack as_printed(const SourceLocation& location) {
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
inline bool same_function(const std::string& ours, const std::string& oracle, const Binary& binary,
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

inline void compare_stacks(const Stack& ours, const Stack& oracle, const Binary& binary,
                           std::uint64_t address, Tally& tally) {
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

inline Binary open_one(const std::string& path, const OpenOptions& options = {}) {
  auto opened = open_input(path, options);
  if (!opened || opened->size() != 1) {
    ADD_FAILURE() << path << ": " << (opened ? "not one binary" : opened.error().what);
    return {};
  }
  return std::move(opened->front());
}

inline std::vector<SourceLocation> locate(const Binary& binary,
                                          const std::vector<std::uint64_t>& addresses) {
  SourceLines lines(binary);
  auto locations = lines.locate(addresses);
  if (!locations) {
    ADD_FAILURE() << locations.error().what;
    return std::vector<SourceLocation>(addresses.size());
  }
  return *locations;
}

}  // namespace asmforge::testing_support

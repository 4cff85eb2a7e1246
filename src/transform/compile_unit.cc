#include "transform/compile_unit.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <utility>

namespace asmforge {
namespace {

namespace fs = std::filesystem;

// Kept, with the word behind them when nothing is joined to them.
constexpr std::array<std::string_view, 11> kKeptWithValue = {
    "-I",         "-D",       "-U",       "-isystem",  "-iquote", "-idirafter",
    "-imultilib", "-include", "-imacros", "-isysroot", "-x"};
constexpr std::array<std::string_view, 12> kKeptFronts = {
    "-std=", "-O",    "-march=",  "-msse",    "-mavx",    "-mbmi",
    "-mfma", "-maes", "-mpopcnt", "-pthread", "-fopenmp", "-ansi"};
// Left out with the word behind them.
constexpr std::array<std::string_view, 17> kDroppedWithValue = {"-o",
                                                                "-MF",
                                                                "-MT",
                                                                "-MQ",
                                                                "-MD",
                                                                "-MMD",
                                                                "-dumpbase",
                                                                "-dumpbase-ext",
                                                                "-dumpdir",
                                                                "-auxbase",
                                                                "-auxbase-strip",
                                                                "-imultiarch",
                                                                "-main-file-name",
                                                                "-Xclang",
                                                                "-mllvm",
                                                                "-fdebug-compilation-dir",
                                                                "-resource-dir"};
constexpr std::array<std::string_view, 7> kSuffixes = {".c", ".cc",  ".cpp", ".cxx",
                                                       ".C", ".c++", ".cp"};

// Flags that only ever make code slower, and what takes each back. Those that people set for
// another reason (debugging, security, defined overflow) are not among them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kHindering = {{
    {"-fno-inline", "-finline"},
    {"-fno-inline-functions", "-finline-functions"},
    {"-fno-unroll-loops", "-funroll-loops"},
    {"-fno-vectorize", "-fvectorize"},
    {"-fno-slp-vectorize", "-fslp-vectorize"},
    {"-fno-tree-vectorize", "-ftree-vectorize"},
    {"-fno-tree-slp-vectorize", "-ftree-slp-vectorize"},
    {"-fno-builtin", "-fbuiltin"},
}};

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& list) {
  return std::ranges::find(list, word) != list.end();
}

bool is_source(std::string_view word) {
  return !word.starts_with('-') && is_one_of(fs::path(word).extension().string(), kSuffixes);
}

// gcc's cc1 is told -MD with a file behind it, the drivers without.
bool takes_value(std::string_view word, std::string_view next) {
  if (word == "-MD" || word == "-MMD") return next.ends_with(".d");
  return is_one_of(word, kDroppedWithValue);
}

}  // namespace

CompileUnit compile_unit(const std::vector<std::string>& argv, const std::string& directory) {
  CompileUnit unit;
  unit.directory = directory;
  for (std::size_t i = 0; i < argv.size(); ++i) {
    const std::string& word = argv[i];
    for (const auto& [flag, opposite] : kHindering)
      if (word == flag) unit.taken_back.emplace_back(opposite);
    const std::string_view next = i + 1 < argv.size() ? std::string_view(argv[i + 1]) : "";
    if (is_one_of(word, kKeptWithValue) && i + 1 < argv.size()) {
      unit.arguments.push_back(word);
      unit.arguments.push_back(argv[++i]);
    } else if (takes_value(word, next)) {
      ++i;
    } else if (is_source(word)) {
      unit.source = word;
    } else if (std::ranges::any_of(
                   kKeptWithValue,
                   [&](std::string_view front) { return word.starts_with(front); }) ||
               std::ranges::any_of(
                   kKeptFronts, [&](std::string_view front) { return word.starts_with(front); })) {
      unit.arguments.push_back(word);
      if (word.starts_with("-O")) unit.optimisation = word;
    }
  }
  return unit;
}

bool compiles(const CompileUnit& unit, const std::string& file) {
  if (unit.source.empty()) return false;
  const fs::path path = fs::path(unit.directory) / unit.source;  // an absolute one stays as it is
  return path.lexically_normal() == fs::path(file).lexically_normal();
}

}  // namespace asmforge

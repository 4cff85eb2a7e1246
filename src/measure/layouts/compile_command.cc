#include "measure/layouts/compile_command.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

namespace asmforge {
namespace {

// Options of `as` whose value is the next argument.
constexpr std::array<std::string_view, 7> kAssemblerValues = {
    "-o", "-I", "--defsym", "--debug-prefix-map", "-K", "--MD", "-march"};

// Those of clang's driver and of -cc1 that may stand before a word which is no source.
constexpr std::array<std::string_view, 70> kClangValues = {
    "-o",
    "-x",
    "-I",
    "-D",
    "-U",
    "-L",
    "-l",
    "-T",
    "-u",
    "-z",
    "-arch",
    "-target",
    "-triple",
    "-isystem",
    "-iquote",
    "-idirafter",
    "-imacros",
    "-include",
    "-include-pch",
    "-iprefix",
    "-isysroot",
    "-iwithprefix",
    "-iwithprefixbefore",
    "-internal-isystem",
    "-internal-externc-isystem",
    "-resource-dir",
    "-main-file-name",
    "-mrelocation-model",
    "-pic-level",
    "-mthread-model",
    "-target-cpu",
    "-target-feature",
    "-target-abi",
    "-tune-cpu",
    "-mllvm",
    "-Xclang",
    "-Xassembler",
    "-Xlinker",
    "-Xpreprocessor",
    "-MF",
    "-MT",
    "-MQ",
    "-MJ",
    "-dependency-file",
    "-dependency-dot",
    "-header-include-file",
    "-diagnostic-log-file",
    "-serialize-diagnostic-file",
    "--serialize-diagnostics",
    "-fdebug-compilation-dir",
    "-ferror-limit",
    "-fmessage-length",
    "-ftabstop",
    "-split-dwarf-file",
    "-split-dwarf-output",
    "-dwarf-debug-flags",
    "-record-command-line",
    "-coverage-data-file",
    "-coverage-notes-file",
    "-stack-protector",
    "-stack-protector-buffer-size",
    "-fvisibility",
    "-ftype-visibility",
    "-tune",
    "-G",
    "-A",
    "-fmodule-file",
    "-working-directory",
    "-gcodeview-command-line",
    "-fcxx-abi",
};

// Files written beside the object: left out, so that compiling again touches nothing.
struct SideEffect {
  std::string_view option;
  bool has_value;
};
constexpr std::array kSideEffects = {
    SideEffect{"-MD", false},
    SideEffect{"-MMD", false},
    SideEffect{"-MP", false},
    SideEffect{"-MG", false},
    SideEffect{"-MV", false},
    SideEffect{"-MF", true},
    SideEffect{"-MT", true},
    SideEffect{"-MQ", true},
    SideEffect{"-MJ", true},
    SideEffect{"-sys-header-deps", false},
    SideEffect{"-dependency-file", true},
    SideEffect{"-serialize-diagnostic-file", true},
    SideEffect{"--serialize-diagnostics", true},
    SideEffect{"-header-include-file", true},
    SideEffect{"-split-dwarf-output", true},
    SideEffect{"-coverage-notes-file", true},
    SideEffect{"-save-temps", false},
    SideEffect{"--save-temps", false},
    SideEffect{"-ftime-trace", false},
};

constexpr std::array<std::string_view, 12> kSources = {".c",  ".cc",  ".cpp", ".cxx", ".c++", ".C",
                                                       ".CC", ".CPP", ".i",   ".ii",  ".cp",  ".m"};

template <class List>
bool contains(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool is_cc1(const std::vector<std::string>& argv) { return !argv.empty() && argv[0] == "-cc1"; }

bool is_source(std::string_view word) {
  return std::any_of(kSources.begin(), kSources.end(),
                     [&](std::string_view suffix) { return word.ends_with(suffix); });
}

// The value of "-o X", "-oX" or the like at `i`; nullopt when it is another option.
std::optional<std::string> value_at(const std::vector<std::string>& argv, std::size_t i,
                                    std::string_view option) {
  if (argv[i] == option && i + 1 < argv.size()) return argv[i + 1];
  if (option.size() == 2 && argv[i].size() > 2 && argv[i].starts_with(option))
    return argv[i].substr(2);
  return std::nullopt;
}

}  // namespace

std::optional<AssemblerCommand> parse_assembler_command(const std::vector<std::string>& argv) {
  AssemblerCommand command;
  std::size_t inputs = 0;
  bool only_asks = false;
  for (std::uint32_t i = 0; i < argv.size(); ++i) {
    const std::string& word = argv[i];
    if (word == "--version" || word == "--help" || word == "--target-help") only_asks = true;
    if (word == "-o" && i + 1 < argv.size()) {
      command.output = ++i;
    } else if (contains(kAssemblerValues, word)) {
      ++i;
    } else if (word == "--" || word == "-" || !word.starts_with('-')) {
      if (word != "-" && word != "--") command.input = i;
      if (word != "--") ++inputs;
    }
  }
  if (only_asks || inputs > 1) return std::nullopt;
  return command;
}

std::optional<ClangCommand> parse_clang_command(const std::vector<std::string>& argv) {
  ClangCommand command;
  const bool cc1 = is_cc1(argv);
  bool found_mode = false;
  std::vector<std::string> sources;
  for (std::uint32_t i = 0; i < argv.size(); ++i) {
    const std::string& word = argv[i];
    if (word == "-S" || word == "-E" || word == "-###" || word == "-fsyntax-only" ||
        word == "-emit-llvm" || word == "-M" || word == "-MM" || word == "-cc1as")
      return std::nullopt;
    if (word == (cc1 ? "-emit-obj" : "-c")) {
      command.mode = i;
      found_mode = true;
      continue;
    }
    if (const std::optional<std::string> output = value_at(argv, i, "-o");
        output && word != "-object") {
      command.output = *output;
    }
    if (contains(kClangValues, word)) {
      ++i;
    } else if (!word.starts_with('-') && is_source(word)) {
      sources.push_back(word);
    }
  }
  if (!found_mode || sources.size() != 1) return std::nullopt;
  if (command.output.empty())
    command.output = std::filesystem::path(sources[0]).stem().string() + ".o";
  return command;
}

std::vector<std::string> clang_to_assembly(const std::vector<std::string>& argv,
                                           const std::string& output) {
  const bool cc1 = is_cc1(argv);
  std::vector<std::string> words;
  for (std::size_t i = 0; i < argv.size(); ++i) {
    const std::string& word = argv[i];
    if (const auto* effect = std::find_if(kSideEffects.begin(), kSideEffects.end(),
                                          [&](const SideEffect& row) {
                                            return word == row.option ||
                                                   word.starts_with(std::string(row.option) + '=');
                                          });
        effect != kSideEffects.end()) {
      if (effect->has_value && word == effect->option) ++i;
    } else if (word == (cc1 ? "-emit-obj" : "-c")) {
      words.emplace_back("-S");
    } else if (word == "-o") {
      ++i;
    } else if (word.starts_with("-o") && !word.starts_with("-object")) {
      continue;
    } else {
      words.push_back(word);
      if (contains(kClangValues, word) && i + 1 < argv.size()) words.push_back(argv[++i]);
    }
  }
  words.emplace_back("-o");
  words.push_back(output);
  return words;
}

std::vector<std::string> clang_from_assembly(const std::vector<std::string>& argv,
                                             const std::string& input, const std::string& output) {
  std::vector<std::string> words = {"-c", "-x", "assembler", "-Wno-unused-command-line-argument"};
  for (std::size_t i = 0; i < argv.size(); ++i) {
    const bool names_target = argv[i] == "-triple" || argv[i] == "-target";
    if (names_target && i + 1 < argv.size()) words.push_back("--target=" + argv[i + 1]);
    if (argv[i].starts_with("--target=") || argv[i] == "-m64") words.push_back(argv[i]);
  }
  words.insert(words.end(), {"-o", output, input});
  return words;
}

std::vector<std::string> assembler_again(const std::vector<std::string>& argv,
                                         const std::string& input, const std::string& output) {
  std::vector<std::string> words = argv;
  const std::optional<AssemblerCommand> command = parse_assembler_command(argv);
  if (command && command->output) {
    words[*command->output] = output;
  } else {
    words.insert(words.end(), {"-o", output});
  }
  std::erase(words, "-");
  if (command && command->input) {
    words[*command->input] = input;
  } else {
    words.push_back(input);
  }
  return words;
}

}  // namespace asmforge

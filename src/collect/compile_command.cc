#include "collect/compile_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <span>

#include "base/process.h"
#include "base/suggest.h"

namespace asmforge {
namespace {

// How an option of a compiler is written.
enum class Shape : std::uint8_t {
  kAlone,   // -c
  kPrefix,  // -Wp,-MD,file: all in one word
  kValue,   // -o file, -ofile
};

// Why an option is left out; each reason is told to the user once, if it says anything.
struct Dropped {
  std::string_view option;
  Shape shape;
  std::string_view note;
};

constexpr std::string_view kNoLto =
    "the code is shown before link-time optimisation, as this file alone compiles";
constexpr std::string_view kNoSplit = "debug info is kept in the object: -gsplit-dwarf left out";

// gcc 12 and clang 19: options that choose or add outputs. Longer ones before their prefixes.
constexpr Dropped kDroppedC[] = {
    {"-c", Shape::kAlone, ""},
    {"-S", Shape::kAlone, ""},
    {"-E", Shape::kAlone, ""},
    {"-M", Shape::kAlone, ""},
    {"-MM", Shape::kAlone, ""},
    {"-MD", Shape::kAlone, ""},
    {"-MMD", Shape::kAlone, ""},
    {"-MG", Shape::kAlone, ""},
    {"-MP", Shape::kAlone, ""},
    {"-MV", Shape::kAlone, ""},
    {"-MF", Shape::kValue, ""},
    {"-MT", Shape::kValue, ""},
    {"-MQ", Shape::kValue, ""},
    {"-MJ", Shape::kValue, ""},
    {"-Wp,-M", Shape::kPrefix, ""},
    {"-save-temps", Shape::kPrefix, ""},
    {"--save-temps", Shape::kPrefix, ""},
    {"-fsave-optimization-record", Shape::kPrefix, ""},
    {"-foptimization-record-", Shape::kPrefix, ""},
    {"-fsyntax-only", Shape::kAlone, ""},
    {"-emit-llvm", Shape::kAlone, ""},
    {"-flto", Shape::kPrefix, kNoLto},
    {"-fwhole-program-vtables", Shape::kAlone, kNoLto},
    {"-gsplit-dwarf", Shape::kPrefix, kNoSplit},
    {"-o", Shape::kValue, ""},
    {"--output", Shape::kValue, ""},
    {"--", Shape::kAlone, ""},
};

// rustc 1.95.
constexpr Dropped kDroppedRust[] = {
    {"--emit", Shape::kValue, ""},
    {"--out-dir", Shape::kValue, ""},
    {"-o", Shape::kValue, ""},
};

// The words of `given` that one row of the table covers, from word i on; 0: none.
std::size_t words_covered(const CommandLine& given, std::size_t i, const Dropped& row) {
  const std::string_view word = given[i];
  switch (row.shape) {
    case Shape::kAlone: return word == row.option ? 1 : 0;
    case Shape::kPrefix: return word.starts_with(row.option) ? 1 : 0;
    case Shape::kValue:
      if (word == row.option) return std::min<std::size_t>(2, given.size() - i);
      // "--output=x" has its value in the same word, and so has "-ox".
      return word.starts_with(row.option) &&
                     (!row.option.starts_with("--") || word[row.option.size()] == '=')
                 ? 1
                 : 0;
  }
  return 0;
}

const Dropped* dropped_by(const CommandLine& given, std::size_t i, std::span<const Dropped> table) {
  for (const Dropped& row : table) {
    if (words_covered(given, i, row) != 0) return &row;
  }
  return nullptr;
}

bool has_word_starting(const CommandLine& words, std::string_view prefix) {
  return std::ranges::any_of(words, [&](const std::string& w) { return w.starts_with(prefix); });
}

// A command for one file names it in any way: "./a.cc", "../src/a.cc".
bool names_file(const std::string& word, const std::string& source) {
  return !word.starts_with('-') &&
         std::filesystem::path(word).filename() == std::filesystem::path(source).filename();
}

// -C debuginfo=2, -Cdebuginfo=2, --codegen debuginfo=2, --codegen=debuginfo=2.
bool has_codegen_option(const CommandLine& words, std::string_view name) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string_view word = words[i];
    for (const std::string_view option : {"--codegen=", "--codegen", "-C"}) {
      if (!word.starts_with(option)) continue;
      word.remove_prefix(option.size());
      if (word.empty() && i + 1 < words.size()) word = words[i + 1];
      break;
    }
    if (word.size() != words[i].size() && word.starts_with(name)) return true;
  }
  return false;
}

bool has_debug_option(const CommandLine& words, SourceLanguage language) {
  if (language != SourceLanguage::kRust) return has_word_starting(words, "-g");
  return std::ranges::find(words, "-g") != words.end() || has_codegen_option(words, "debuginfo");
}

void append(CommandLine& words, std::initializer_list<std::string_view> more) {
  for (const std::string_view word : more) words.emplace_back(word);
}

// clang -cc1, which a driver starts and a capture has, takes actions in place of the driver's.
bool is_cc1(const CommandLine& argv) { return argv.size() > 1 && argv[1] == "-cc1"; }

void finish_c(CommandLine& argv, const std::string& object, IntermediateForm form) {
  if (form == IntermediateForm::kNone)
    append(argv, {is_cc1(argv) ? "-emit-obj" : "-c", "-o", object});
  else if (is_cc1(argv))
    append(argv, {"-emit-llvm", "-o", object});
  else
    append(argv, {"-S", "-emit-llvm", "-o", object});
}

constexpr std::string_view rust_output(IntermediateForm form) {
  switch (form) {
    case IntermediateForm::kNone: return "--emit=obj";
    case IntermediateForm::kLlvm: return "--emit=llvm-ir";
    case IntermediateForm::kMir: return "--emit=mir";
  }
  return "--emit=obj";
}

void finish_rust(CommandLine& argv, std::string_view text, const std::string& object,
                 IntermediateForm form) {
  if (!has_word_starting(argv, "--crate-type")) {
    append(argv, {"--crate-type", has_rust_main(text) ? "bin" : "lib"});
  }
  // One unit gives one object.
  if (!has_codegen_option(argv, "codegen-units")) append(argv, {"-C", "codegen-units=1"});
  append(argv, {rust_output(form), "-o", object});
}

struct Compilers {
  SourceLanguage language;
  std::array<std::string_view, 4> programs;  // the first that is installed
  std::array<std::string_view, 4> flags;
  std::string_view name;
};
constexpr Compilers kDefaults[] = {
    {SourceLanguage::kC, {"clang-19", "clang", "cc", "gcc"}, {"-O2", "-g"}, "C"},
    {SourceLanguage::kCxx, {"clang++-19", "clang++", "c++", "g++"}, {"-O2", "-g"}, "C++"},
    {SourceLanguage::kRust, {"rustc"}, {"-C", "opt-level=3", "-g", "--edition=2021"}, "Rust"},
};

struct Package {
  std::string_view program;  // how its name starts
  std::string_view advice;
};
constexpr Package kPackages[] = {
    {"rustc", "install Rust from rustup.rs, or with `apt install rustc`"},
    {"clang", "install it with `apt install clang`"},
    {"g++", "install it with `apt install g++`"},
    {"c++", "install it with `apt install g++`"},
    {"gcc", "install it with `apt install gcc`"},
    {"cc", "install it with `apt install gcc`"},
};

// "gcc", "gcc-12", "clang++-19", but not "gccc" or "clang-format".
bool is_compiler_name(std::string_view name) {
  const std::size_t end = name.find_last_not_of("0123456789.");
  if (end != name.npos && end > 0 && end + 1 < name.size() && name[end] == '-')
    name = name.substr(0, end);
  return std::ranges::any_of(kDefaults, [&](const Compilers& row) {
    return std::ranges::any_of(row.programs,
                               [&](std::string_view p) { return !p.empty() && p == name; });
  });
}

std::vector<std::string> compilers_in_path() {
  std::vector<std::string> names;
  const char* path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "" : path;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    std::error_code failed;
    std::filesystem::directory_iterator entries(rest.substr(0, end), failed);
    for (; !failed && entries != std::filesystem::directory_iterator(); entries.increment(failed)) {
      std::string name = entries->path().filename().string();
      if (is_compiler_name(name)) names.push_back(std::move(name));
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace

ObjectCommand object_command(const CommandLine& given, SourceLanguage language,
                             const std::string& source, std::string_view text,
                             const std::string& object, IntermediateForm form) {
  const bool rust = language == SourceLanguage::kRust;
  const std::span<const Dropped> table =
      rust ? std::span<const Dropped>(kDroppedRust) : std::span<const Dropped>(kDroppedC);
  ObjectCommand result;
  bool names_source = false;
  for (std::size_t i = 0; i < given.size();) {
    const Dropped* row = i == 0 ? nullptr : dropped_by(given, i, table);
    if (row == nullptr) {
      names_source = names_source || (i > 0 && names_file(given[i], source));
      result.argv.push_back(given[i++]);
      continue;
    }
    i += words_covered(given, i, *row);
    if (!row->note.empty() && std::ranges::find(result.notes, row->note) == result.notes.end()) {
      result.notes.emplace_back(row->note);
    }
  }
  if (!is_cc1(result.argv) && !has_debug_option(result.argv, language)) append(result.argv, {"-g"});
  if (rust) {
    finish_rust(result.argv, text, object, form);
  } else {
    finish_c(result.argv, object, form);
  }
  if (!names_source) result.argv.push_back(source);
  return result;
}

Result<CommandLine> default_command(SourceLanguage language) {
  const auto row = std::ranges::find(kDefaults, language, &Compilers::language);
  AF_CHECK(row != std::end(kDefaults));
  for (const std::string_view program : row->programs) {
    if (!find_program(std::string(program))) continue;
    CommandLine command{std::string(program)};
    for (const std::string_view flag : row->flags) {
      if (!flag.empty()) command.emplace_back(flag);
    }
    return command;
  }
  return Error{ErrorCode::kUnavailable, fmt::format("no {} compiler was found", row->name),
               how_to_install(row->programs[0])};
}

std::string how_to_install(std::string_view program) {
  program.remove_prefix(program.rfind('/') == std::string_view::npos ? 0 : program.rfind('/') + 1);
  for (const Package& package : kPackages) {
    if (program.starts_with(package.program)) return std::string(package.advice);
  }
  return "install it, or name another compiler after --";
}

std::string compiler_spelled_alike(std::string_view program) {
  if (program.find('/') != program.npos || is_compiler_name(program)) return {};
  const std::vector<std::string> names = compilers_in_path();
  const std::vector<std::string_view> known(names.begin(), names.end());
  const std::vector<std::size_t> nearest = nearest_names(program, known, 1);
  return nearest.empty() ? std::string() : names[nearest[0]];
}

CommandLine split_command(std::string_view line) {
  CommandLine words;
  std::string word;
  bool in_word = false;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const bool escapes = c == '\\' && quote != '\'' && i + 1 < line.size();
    // Within double quotes a backslash is itself before anything but these.
    const bool literal = escapes && quote == '"' &&
                         std::string_view("\"\\$`").find(line[i + 1]) == std::string_view::npos;
    if (escapes && !literal) {
      word += line[++i];
      in_word = true;
    } else if (quote != 0) {
      if (c == quote) {
        quote = 0;
      } else {
        word += c;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
      in_word = true;
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      if (in_word) words.push_back(std::exchange(word, {}));
      in_word = false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (in_word) words.push_back(word);
  return words;
}

bool has_rust_main(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    for (const std::string_view word : {"pub ", "async ", "unsafe ", "extern \"C\" "}) {
      if (line.starts_with(word)) line.remove_prefix(word.size());
    }
    if (line.starts_with("fn main(") || line.starts_with("fn main (")) return true;
    if (end == std::string_view::npos) return false;
    text.remove_prefix(end + 1);
  }
  return false;
}

}  // namespace asmforge

#include "measure/layouts/link_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

namespace asmforge {
namespace {

namespace fs = std::filesystem;

constexpr int kResponseDepth = 8;  // response files that name response files

enum class Meaning : std::uint8_t {
  kValue,  // nothing that we need to know
  kOutput,
  kFolder,   // -L
  kLibrary,  // -l
  kText,     // a file that is read
};

// Long options whose value follows '=' or is the next argument. One dash or two.
struct LongOption {
  std::string_view name;
  Meaning meaning;
};
constexpr std::array kLongOptions = {
    LongOption{"output", Meaning::kOutput},
    LongOption{"library-path", Meaning::kFolder},
    LongOption{"library", Meaning::kLibrary},
    LongOption{"script", Meaning::kText},
    LongOption{"default-script", Meaning::kText},
    LongOption{"version-script", Meaning::kText},
    LongOption{"dynamic-list", Meaning::kText},
    LongOption{"export-dynamic-symbol-list", Meaning::kText},
    LongOption{"retain-symbols-file", Meaning::kText},
    LongOption{"just-symbols", Meaning::kText},
    LongOption{"symbol-ordering-file", Meaning::kText},
    LongOption{"call-graph-ordering-file", Meaning::kText},
    LongOption{"section-ordering-file", Meaning::kText},
    LongOption{"Map", Meaning::kValue},
    LongOption{"Tbss", Meaning::kValue},
    LongOption{"Tdata", Meaning::kValue},
    LongOption{"Ttext", Meaning::kValue},
    LongOption{"Ttext-segment", Meaning::kValue},
    LongOption{"Trodata-segment", Meaning::kValue},
    LongOption{"architecture", Meaning::kValue},
    LongOption{"auxiliary", Meaning::kValue},
    LongOption{"defsym", Meaning::kValue},
    LongOption{"dependency-file", Meaning::kValue},
    LongOption{"dynamic-linker", Meaning::kValue},
    LongOption{"entry", Meaning::kValue},
    LongOption{"exclude-libs", Meaning::kValue},
    LongOption{"export-dynamic-symbol", Meaning::kValue},
    LongOption{"filter", Meaning::kValue},
    LongOption{"fini", Meaning::kValue},
    LongOption{"format", Meaning::kValue},
    LongOption{"image-base", Meaning::kValue},
    LongOption{"init", Meaning::kValue},
    LongOption{"mllvm", Meaning::kValue},
    LongOption{"oformat", Meaning::kValue},
    LongOption{"plugin", Meaning::kValue},
    LongOption{"plugin-opt", Meaning::kValue},
    LongOption{"require-defined", Meaning::kValue},
    LongOption{"rpath", Meaning::kValue},
    LongOption{"rpath-link", Meaning::kValue},
    LongOption{"section-start", Meaning::kValue},
    LongOption{"soname", Meaning::kValue},
    LongOption{"sysroot", Meaning::kValue},
    LongOption{"trace-symbol", Meaning::kValue},
    LongOption{"undefined", Meaning::kValue},
    LongOption{"wrap", Meaning::kValue},
};

// One letter; its value is attached or the next argument.
constexpr std::string_view kShortWithValue = "oLlTAFGIRYbcefhmuyz";

Meaning short_meaning(char letter) {
  switch (letter) {
    case 'o': return Meaning::kOutput;
    case 'L': return Meaning::kFolder;
    case 'l': return Meaning::kLibrary;
    case 'T': return Meaning::kText;
    default: return Meaning::kValue;
  }
}

struct Option {
  Meaning meaning = Meaning::kValue;
  std::string prefix;                // of the value within the same argument
  std::optional<std::string> value;  // attached; none: the next argument
};

// What an argument that begins with a dash is; nullopt for a flag.
std::optional<Option> read_option(std::string_view word) {
  const bool two_dashes = word.starts_with("--");
  const std::string_view body = word.substr(two_dashes ? 2 : 1);
  const std::size_t equals = body.find('=');
  const std::string_view name = body.substr(0, equals);
  const auto* known = std::find_if(kLongOptions.begin(), kLongOptions.end(),
                                   [&](const LongOption& row) { return row.name == name; });
  if (known != kLongOptions.end()) {
    Option option{.meaning = known->meaning, .prefix = {}, .value = std::nullopt};
    if (equals == std::string_view::npos) return option;
    const std::size_t front = word.size() - body.size() + equals + 1;
    option.prefix = word.substr(0, front);
    option.value = word.substr(front);
    return option;
  }
  if (two_dashes || body.empty() || kShortWithValue.find(body[0]) == std::string_view::npos)
    return std::nullopt;
  Option option{.meaning = short_meaning(body[0]), .prefix = {}, .value = std::nullopt};
  if (body.size() == 1) return option;
  option.prefix = word.substr(0, 2);
  option.value = word.substr(2);
  return option;
}

// Whether -l looks at archives alone, as the command line goes by.
class LibraryMode {
 public:
  void see(std::string_view word) {
    if (word == "--push-state") saved_.push_back(static_only_);
    if (word == "--pop-state" && !saved_.empty()) {
      static_only_ = saved_.back();
      saved_.pop_back();
    }
    constexpr std::array kStatic = {"-Bstatic", "--Bstatic", "-static",
                                    "--static", "-dn",       "-non_shared"};
    constexpr std::array kDynamic = {"-Bdynamic", "--Bdynamic", "-dy", "-call_shared"};
    if (std::find(kStatic.begin(), kStatic.end(), word) != kStatic.end()) static_only_ = true;
    if (std::find(kDynamic.begin(), kDynamic.end(), word) != kDynamic.end()) static_only_ = false;
  }
  [[nodiscard]] bool static_only() const { return static_only_; }

 private:
  bool static_only_ = false;
  std::vector<bool> saved_;
};

Result<Done> expand(const std::vector<std::string>& from, const std::string& directory, int depth,
                    std::vector<std::string>& to) {
  for (const std::string& word : from) {
    const bool response = word.size() > 1 && word.front() == '@';
    const std::string path = response ? absolute_path(word.substr(1), directory) : std::string();
    std::error_code ignored;
    // As GNU ld: what cannot be a response file is taken as it is written.
    if (!response || !fs::is_regular_file(path, ignored)) {
      to.push_back(word);
      continue;
    }
    if (depth == 0)
      return Error{ErrorCode::kBadInput, fmt::format("{}: response files nest too deep", path), ""};
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (file.bad()) return Error{ErrorCode::kBadInput, fmt::format("{}: cannot be read", path), ""};
    AF_TRY([[maybe_unused]] const Done done,
           expand(split_response(text), directory, depth - 1, to));
  }
  return Done{};
}

class Parser {
 public:
  explicit Parser(const std::string& directory) : directory_(directory) {}

  LinkCommand parse(const std::vector<std::string>& words) {
    command_.output = absolute_path("a.out", directory_);
    for (std::size_t i = 0; i < words.size(); ++i) {
      const std::string& word = words[i];
      mode_.see(word);
      if (word == "-r" || word == "--relocatable" || word == "-i") command_.relocatable = true;
      const bool dashed = word.size() > 1 && word.front() == '-';
      std::optional<Option> option = dashed ? read_option(word) : std::nullopt;
      if (!dashed) {
        add_operand(LinkOperand::Kind::kFile, "", absolute_path(word, directory_));
      } else if (!option) {
        command_.argv.push_back(word);
      } else if (option->value) {
        take(*option, *option->value);
      } else if (i + 1 < words.size()) {
        separate_ = word;
        take(*option, words[++i]);
        separate_.clear();
      } else {
        command_.argv.push_back(word);  // the linker said what is missing
      }
    }
    return std::move(command_);
  }

 private:
  void add_operand(LinkOperand::Kind kind, const std::string& prefix, const std::string& name) {
    command_.operands.push_back({.kind = kind,
                                 .argument = static_cast<std::uint32_t>(command_.argv.size()),
                                 .prefix = prefix,
                                 .name = name,
                                 .static_only = mode_.static_only()});
    command_.argv.push_back(prefix + name);
  }

  // Keeps the word that stood alone before its value.
  void keep_name() {
    if (!separate_.empty()) command_.argv.push_back(separate_);
  }

  void take(const Option& option, const std::string& value) {
    switch (option.meaning) {
      case Meaning::kOutput:
        command_.output = absolute_path(value, directory_);
        command_.argv.emplace_back("-o");
        command_.argv.push_back(command_.output);
        return;
      case Meaning::kFolder: {
        // "=lib" is below the sysroot; the option that names that stays as it is.
        const bool below_sysroot = value.starts_with('=') || value.starts_with("$SYSROOT");
        const std::string folder = below_sysroot ? value : absolute_path(value, directory_);
        command_.search_folders.push_back(folder);
        command_.argv.push_back("-L" + folder);
        return;
      }
      case Meaning::kLibrary: add_operand(LinkOperand::Kind::kLibrary, "-l", value); return;
      case Meaning::kText: {
        keep_name();
        // -T also looks in the search folders.
        const std::string path = absolute_path(value, directory_);
        add_operand(LinkOperand::Kind::kText, option.prefix, path);
        return;
      }
      case Meaning::kValue:
        keep_name();
        command_.argv.push_back(option.prefix + value);
        return;
    }
  }

  const std::string& directory_;
  LinkCommand command_;
  LibraryMode mode_;
  std::string separate_;
};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

std::optional<std::string> library_in(const std::string& folder, const LinkOperand& operand) {
  std::vector<std::string> names;
  if (operand.name.starts_with(':')) {
    names.push_back(operand.name.substr(1));
  } else {
    if (!operand.static_only) names.push_back(fmt::format("lib{}.so", operand.name));
    names.push_back(fmt::format("lib{}.a", operand.name));
  }
  std::error_code ignored;
  for (const std::string& name : names) {
    std::string path = fmt::format("{}/{}", folder, name);
    if (fs::is_regular_file(path, ignored)) return path;
  }
  return std::nullopt;
}

}  // namespace

std::string absolute_path(const std::string& path, const std::string& directory) {
  return (fs::path(directory) / path).lexically_normal().string();
}

std::vector<std::string> split_response(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == '\0' && is_blank(c)) {
      if (in_word) words.push_back(std::exchange(word, {}));
      in_word = false;
      continue;
    }
    in_word = true;
    if (c == '\\' && i + 1 < text.size()) {
      word += text[++i];
    } else if (quote != '\0' ? c == quote : (c == '"' || c == '\'')) {
      quote = quote == '\0' ? c : '\0';
    } else {
      word += c;
    }
  }
  if (in_word) words.push_back(word);
  return words;
}

std::string response_text(const std::vector<std::string>& arguments) {
  std::string text;
  for (const std::string& argument : arguments) {
    text += '"';
    for (const char c : argument) {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    text += "\"\n";
  }
  return text;
}

Result<LinkCommand> parse_link_command(const std::vector<std::string>& argv,
                                       const std::string& directory) {
  std::vector<std::string> words;
  const std::vector<std::string> arguments(argv.begin() + (argv.empty() ? 0 : 1), argv.end());
  AF_TRY([[maybe_unused]] const Done done, expand(arguments, directory, kResponseDepth, words));
  if (words.size() >= 2 && (words[0] == "-flavor" || words[0] == "--flavor")) {
    if (words[1] != "gnu" && words[1] != "ld" && words[1] != "ld.lld")
      return Error{ErrorCode::kBadInput,
                   fmt::format("a linker of flavor {} makes no ELF file", words[1]), ""};
    words.erase(words.begin(), words.begin() + 2);
  }
  return Parser(directory).parse(words);
}

std::optional<FoundLibrary> find_library(const LinkCommand& command, const LinkOperand& operand) {
  for (const std::string& folder : command.search_folders)
    if (std::optional<std::string> path = library_in(folder, operand))
      return FoundLibrary{.path = *path, .in_search_folder = true};
  // `ld --verbose | grep SEARCH_DIR` of Debian 12's binutils.
  constexpr std::array kBuiltIn = {"/usr/local/lib/x86_64-linux-gnu",
                                   "/lib/x86_64-linux-gnu",
                                   "/usr/lib/x86_64-linux-gnu",
                                   "/usr/local/lib64",
                                   "/lib64",
                                   "/usr/lib64",
                                   "/usr/local/lib",
                                   "/lib",
                                   "/usr/lib"};
  for (const char* folder : kBuiltIn)
    if (std::optional<std::string> path = library_in(folder, operand))
      return FoundLibrary{.path = *path, .in_search_folder = false};
  return std::nullopt;
}

}  // namespace asmforge

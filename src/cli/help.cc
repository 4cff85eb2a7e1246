#include "cli/help.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <vector>

#include "report/wrap.h"

namespace asmforge {
namespace {

constexpr std::size_t kColumns = 80;
constexpr std::size_t kNameColumns = 26;  // options' names; descriptions begin after them

// "-f, --function NAME", or "FILE" for a positional.
std::string option_names(const CLI::Option& option) {
  std::string names;
  for (const std::string& name : option.get_snames()) names += (names.empty() ? "-" : ", -") + name;
  for (const std::string& name : option.get_lnames())
    names += (names.empty() ? "--" : ", --") + name;
  if (option.get_positional()) return option.get_name(true);
  if (option.get_type_size() != 0) names += " " + option.get_type_name();
  return names;
}

void append_row(std::string& text, const std::string& names, const std::string& description) {
  std::string row = "  " + names;
  if (row.size() + 2 > kNameColumns) {
    text += row + "\n";
    row.clear();
  }
  row.resize(kNameColumns, ' ');
  text += row + wrap(description, kColumns - kNameColumns, kNameColumns) + "\n";
}

std::string usage_line(const Command& command, const CLI::App& app) {
  std::string line = fmt::format("asmforge {}", command.name);
  std::string options = " [OPTIONS]";
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_positional()) continue;
    std::string name = option->get_name(true);
    if (option->get_expected_max() > 1) name += "...";
    line += option->get_required() ? " " + name : " [" + name + "]";
  }
  line += options;
  if (!command.trailing.empty()) line += fmt::format(" [{}]", command.trailing);
  return line;
}

}  // namespace

std::string general_help() {
  std::string text =
      "asmforge: what the compiler made of your code, and what to do about it\n\n"
      "usage: asmforge COMMAND ARGUMENTS... [OPTIONS]\n\n"
      "commands:\n";
  for (const Command* command : all_commands())
    append_row(text, std::string(command->name), std::string(command->summary));
  text +=
      "\n"
      "A FILE is an executable, shared object, object file or archive (or one member:\n"
      "'libx.a(y.o)'), or a C, C++ or Rust source that is compiled as told:\n"
      "  asmforge show sum.cc sum -- clang++ -O3 -march=native\n\n"
      "'asmforge COMMAND --help' says more; 'asmforge --version' prints the version.\n"
      "Exit status: 0 yes, 1 the answer is no, 2 wrong usage or input, 3 this machine\n"
      "cannot say, 4 a bug in asmforge, 130 interrupted.\n";
  return text;
}

std::string command_help(const Command& command, const CLI::App& app) {
  std::string text = fmt::format("{}\n\nusage: {}\n", command.summary,
                                 wrap(usage_line(command, app), kColumns - 7, 9));
  if (!command.description.empty()) {
    std::string paragraph(command.description);
    std::replace(paragraph.begin(), paragraph.end(), '\n', ' ');
    text += fmt::format("\n{}\n", wrap(paragraph, kColumns, 0));
  }
  std::string positionals;
  std::string options;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;  // accepted, not advertised
    append_row(option->get_positional() ? positionals : options, option_names(*option),
               option->get_description());
  }
  if (!positionals.empty()) text += "\narguments:\n" + positionals;
  text += "\noptions:\n" + options;
  return text;
}

}  // namespace asmforge

// `asmforge completion SHELL`: a completion script made from the commands' own
// options, so that it cannot fall behind them.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/values.h"

namespace asmforge::commands {
namespace {

// "--json --color -v ..." of one command, as its --help shows them.
std::string option_words(const Command& command) {
  CLI::App app;
  app.set_help_flag("-h,--help", "");
  const Run run = command.setup(app);
  std::string words;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional() || option->get_group().empty()) continue;
    for (const std::string& name : option->get_lnames()) words += " --" + name;
    for (const std::string& name : option->get_snames()) words += " -" + name;
  }
  return words.empty() ? words : words.substr(1);
}

// "    list,--sort) words="size ..." ;;" for each option whose values are known, and
// "    explain,)" for an argument.
std::string value_cases(const Command& command) {
  CLI::App app;
  const Run run = command.setup(app);
  std::string cases;
  for (CLI::Option* option : app.get_options([](CLI::Option*) { return true; })) {
    const std::string values = offered_values(*option);
    if (values.empty()) continue;
    std::string patterns;
    for (const std::string& name : option->get_lnames())
      patterns += fmt::format("{}{},--{}", patterns.empty() ? "" : "|", command.name, name);
    for (const std::string& name : option->get_snames())
      patterns += fmt::format("{}{},-{}", patterns.empty() ? "" : "|", command.name, name);
    if (option->get_positional()) patterns = fmt::format("{},", command.name);
    cases += fmt::format("    {}) values=\"{}\" ;;\n", patterns, values);
  }
  return cases;
}

// What stands between single quotes, as each shell writes a quote there.
std::string quoted(std::string_view text, std::string_view quote, std::string_view backslash) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'')
      result += quote;
    else if (c == '\\')
      result += backslash;
    else
      result += c;
  }
  return result + "'";
}

std::string quoted_for_zsh(std::string_view text) { return quoted(text, R"('\'')", "\\"); }
std::string quoted_for_fish(std::string_view text) { return quoted(text, R"(\')", R"(\\)"); }

std::string command_words() {
  std::string words;
  for (const Command* command : all_commands()) words += fmt::format("{} ", command->name);
  words.pop_back();
  return words;
}

std::string bash_script() {
  std::string cases;
  std::string values;
  for (const Command* command : all_commands()) values += value_cases(*command);
  for (const Command* command : all_commands())
    cases += fmt::format("    {}) words=\"{}\" ;;\n", command->name, option_words(*command));
  return fmt::format(R"(# asmforge completion for bash: source <(asmforge completion bash)
_asmforge() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}"
  local words="" values=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "{} --help --version" -- "$current"))
    return
  fi
  case "${{COMP_WORDS[1]}}" in
{}  esac
  [ "$COMP_CWORD" -eq 2 ] && before=""
  case "${{COMP_WORDS[1]}},$before" in
{}  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
    *)
      if [ -n "$values" ]; then
        COMPREPLY=($(compgen -W "$values" -- "$current"))
      else
        COMPREPLY=($(compgen -f -- "$current"))
      fi
      ;;
  esac
}}
complete -o filenames -F _asmforge asmforge
)",
                     command_words(), cases, values);
}

std::string zsh_script() {
  std::string commands;
  std::string cases;
  for (const Command* command : all_commands()) {
    commands += fmt::format("    {}\n",
                            quoted_for_zsh(fmt::format("{}:{}", command->name, command->summary)));
    cases += fmt::format("    {}) flags=({}) ;;\n", command->name, option_words(*command));
  }
  return fmt::format(R"(#compdef asmforge
# asmforge completion for zsh: source <(asmforge completion zsh)
_asmforge() {{
  local -a commands flags
  commands=(
{}  )
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  case "$words[2]" in
{}  esac
  if [[ "$PREFIX" == -* ]]; then
    compadd -- $flags
  else
    _files
  fi
}}
compdef _asmforge asmforge
)",
                     commands, cases);
}

std::string fish_script() {
  std::string script =
      "# asmforge completion for fish: asmforge completion fish | source\n"
      "complete -c asmforge -n __fish_use_subcommand -l help\n"
      "complete -c asmforge -n __fish_use_subcommand -l version\n";
  for (const Command* command : all_commands()) {
    script += fmt::format("complete -c asmforge -f -n __fish_use_subcommand -a {} -d {}\n",
                          command->name, quoted_for_fish(command->summary));
    CLI::App app;
    app.set_help_flag("-h,--help", "");
    const Run run = command->setup(app);
    for (const CLI::Option* option : app.get_options()) {
      if (option->get_positional() || option->get_group().empty()) continue;
      script +=
          fmt::format("complete -c asmforge -n '__fish_seen_subcommand_from {}'", command->name);
      for (const std::string& name : option->get_lnames()) script += " -l " + name;
      for (const std::string& name : option->get_snames()) script += " -s " + name;
      script += "\n";
    }
  }
  return script;
}

struct Shell {
  std::string_view name;
  std::string (*script)();
};
constexpr Shell kShells[] = {{"bash", bash_script}, {"fish", fish_script}, {"zsh", zsh_script}};

Result<int> run(const std::string& wanted, Session& session) {
  for (const Shell& shell : kShells) {
    if (shell.name != wanted) continue;
    session.out.write(shell.script());
    return 0;
  }
  return Error{ErrorCode::kUsage, fmt::format("no completion for '{}'", wanted),
               "try bash, zsh or fish"};
}

Run setup(CLI::App& app) {
  auto shell = std::make_shared<std::string>();
  std::vector<std::string> names;
  for (const Shell& known : kShells) names.emplace_back(known.name);
  app.add_option("SHELL", *shell, "bash, zsh or fish")->required()->check(offers(names));
  return [shell](Session& session) { return run(*shell, session); };
}

}  // namespace

extern const Command completion{"completion", "Print a completion script for your shell", setup};

}  // namespace asmforge::commands

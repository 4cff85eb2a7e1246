// From the words of a command line to the exit status.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstring>
#include <exception>
#include <new>

#include "base/interrupt.h"
#include "base/suggest.h"
#include "base/version.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/options.h"

namespace asmforge {
namespace {

constexpr int kOurBug = 4;
// How flags of compilers begin that people give without "--".
constexpr std::string_view kCompilerFlags[] = {"-O", "-m", "-f", "-g", "-I", "-D", "-std", "-W"};

int report(const Error& error, Output& out, Output& err) {
  out.flush();
  if (error.code == ErrorCode::kInterrupted) return exit_status(error.code);
  // A list of candidates comes below the sentence, any other hint belongs to it.
  const char* separator = error.hint.empty() || error.hint.front() == '\n' ? "" : "; ";
  err.print("asmforge: {}{}{}\n", error.what, separator, error.hint);
  return exit_status(error.code);
}

// " (did you mean 'list'?)" or nothing.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> known) {
  const std::vector<std::size_t> nearest = nearest_names(word, known, 1);
  return nearest.empty() ? std::string() : fmt::format(" (did you mean '{}'?)", known[nearest[0]]);
}

Error unknown_command(std::string_view word) {
  std::vector<std::string_view> names;
  for (const Command* command : all_commands()) names.push_back(command->name);
  const std::string_view what = word.starts_with('-') ? "option before the command" : "command";
  return Error{ErrorCode::kUsage,
               fmt::format("no {} '{}'{}", what, word, did_you_mean(word, names)),
               "try asmforge --help"};
}

Error unknown_option(const Command& command, const CLI::App& app, const std::string& word) {
  if (!word.starts_with('-'))
    return Error{ErrorCode::kUsage,
                 fmt::format("{}: one argument too many: '{}'", command.name, word),
                 fmt::format("try asmforge {} --help", command.name)};
  const bool flags = std::any_of(std::begin(kCompilerFlags), std::end(kCompilerFlags),
                                 [&](std::string_view flag) { return word.starts_with(flag); });
  if (flags && !word.starts_with("--") && command.trailing == kCompilerTrailing)
    return Error{ErrorCode::kUsage, fmt::format("{}: no option '{}'", command.name, word),
                 "a compiler and its flags go after --"};
  std::vector<std::string> spelled;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) spelled.push_back("--" + name);
  const std::vector<std::string_view> known(spelled.begin(), spelled.end());
  return Error{ErrorCode::kUsage,
               fmt::format("{}: no option '{}'{}", command.name, word, did_you_mean(word, known)),
               fmt::format("try asmforge {} --help", command.name)};
}

// Reads the options; an empty optional when --help was asked for.
Result<bool> parse(const Command& command, CLI::App& app, std::vector<std::string> words) {
  std::reverse(words.begin(), words.end());  // CLI11 takes them from the back
  try {
    app.parse(words);
    const std::vector<std::string> extras = app.remaining();
    if (!extras.empty()) return unknown_option(command, app, extras.front());
    return true;
  } catch (const CLI::CallForHelp&) {
    return false;
  } catch (const CLI::ParseError& error) {
    return Error{ErrorCode::kUsage, fmt::format("{}: {}", command.name, error.what()),
                 fmt::format("try asmforge {} --help", command.name)};
  }
}

Result<int> run_command(const Command& command, std::vector<std::string> words, Session& session) {
  const auto dashes = std::find(words.begin(), words.end(), "--");
  if (dashes != words.end()) {
    session.has_trailing = true;
    session.trailing.assign(dashes + 1, words.end());
    words.erase(dashes, words.end());
  }
  CLI::App app;
  app.allow_extras();
  app.set_help_flag("-h,--help", "Print this help");
  const Run run = command.setup(app);
  AF_TRY(const bool go, parse(command, app, std::move(words)));
  if (!go) {
    session.out.write(command_help(command, app));
    return 0;
  }
  if (session.has_trailing && command.trailing.empty())
    return Error{ErrorCode::kUsage, fmt::format("{}: takes nothing after '--'", command.name),
                 fmt::format("try asmforge {} --help", command.name)};
  return run(session);
}

Result<int> dispatch(std::span<const std::string> arguments, Output& out, Output& err) {
  if (arguments.empty()) {
    err.write(general_help());
    return exit_status(ErrorCode::kUsage);
  }
  std::string first = arguments.front();
  std::vector<std::string> words(arguments.begin() + 1, arguments.end());
  if (first == "help" && !words.empty()) {  // help list -> list --help
    first = words.front();
    words = {"--help"};
  }
  if (first == "--help" || first == "-h" || first == "help") {
    out.write(general_help());
    return 0;
  }
  if (first == "--version" || first == "-V") {
    out.print("asmforge {}\n", version());
    return 0;
  }
  const Command* command = command_by_name(first);
  if (command == nullptr) return unknown_command(first);
  Session session{{}, false, out, err};
  return run_command(*command, std::move(words), session);
}

}  // namespace

const Command* command_by_name(std::string_view name) {
  for (const Command* command : all_commands())
    if (command->name == name) return command;
  return nullptr;
}

int run_command_line(std::span<const std::string> arguments, Output& out, Output& err) {
  int status = kOurBug;
  try {
    const Result<int> outcome = dispatch(arguments, out, err);
    status = outcome ? *outcome : report(outcome.error(), out, err);
  } catch (const std::bad_alloc&) {
    status = report(Error{ErrorCode::kUnavailable, "out of memory", "try a machine with more"}, out,
                    err);
  } catch (const std::exception& error) {
    out.flush();
    err.print("asmforge: internal error: {}; please report it with the input\n", error.what());
  }
  out.flush();
  if (out.failure() != 0)
    status = report(Error{ErrorCode::kUnavailable,
                          fmt::format("standard output: {}", std::strerror(out.failure())), ""},
                    out, err);
  return interrupted() ? exit_status(ErrorCode::kInterrupted) : status;
}

}  // namespace asmforge

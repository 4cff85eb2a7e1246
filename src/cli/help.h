// The text of --help, at 80 columns.
#pragma once

#include <string>
#include <string_view>

#include "cli/command.h"

namespace asmforge {

// All commands, for `asmforge --help`.
std::string general_help();
// One command with its options; `app` is what its setup declared.
std::string command_help(const Command& command, const CLI::App& app);

}  // namespace asmforge

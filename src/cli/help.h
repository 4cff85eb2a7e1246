// The text of --help, at 80 columns.
#pragma once

#include <string>
#include <string_view>

#include "cli/command.h"

namespace asmforge {

// `text` in lines of at most `width` columns, each after the first indented; no
// newline at the end. Breaks at spaces alone.
std::string wrap(std::string_view text, std::size_t width, std::size_t indent);

// All commands, for `asmforge --help`.
std::string general_help();
// One command with its options; `app` is what its setup declared.
std::string command_help(const Command& command, const CLI::App& app);

}  // namespace asmforge

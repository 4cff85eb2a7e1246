// What an option may be set to: checked when it is read, offered by completion.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace asmforge {

// The value must be one of these; an error names the nearest.
CLI::Validator one_of(const std::vector<std::string>& values);
// For completion only: the command itself says what is wrong with another value.
CLI::Validator offers(const std::vector<std::string>& values);
// The values that one of the two gave to an option, with spaces between; empty for others.
std::string offered_values(CLI::Option& option);
// The value must be a whole number from 0 on.
CLI::Validator natural_number();

}  // namespace asmforge

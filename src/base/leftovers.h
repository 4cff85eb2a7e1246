// Processes that a program left behind when it was killed: a build goes on writing after
// the one who started it is gone.
#pragma once

#include <chrono>
#include <string>

namespace asmforge {

// Kills all processes but this one that began with "NAME=value" in their environment, until
// none is left or the time is over. How many there were.
std::size_t kill_leftovers(const std::string& variable, std::chrono::milliseconds patience);

}  // namespace asmforge

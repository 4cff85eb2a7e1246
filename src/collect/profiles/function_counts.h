// What a profile says about functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/profile.h"

namespace asmforge {

struct FunctionCount {
  std::string function;  // demangled; "0x1139" when there is no name
  std::string module;    // path
  std::uint64_t address = 0;
  std::uint64_t count = 0;  // of the entry part and its cold parts
};

struct FunctionCounts {
  std::vector<FunctionCount> functions;  // with counts; most first
  std::uint64_t elsewhere = 0;           // counts outside of all known functions
  std::vector<std::string> notes;        // modules that could not be opened, and why
};

// Opens the files that the profile names; those that are gone or of another build now
// are noted. functions, elsewhere and Profile::unattributed add up to the total, but
// for the noted modules.
FunctionCounts count_functions(const Profile& profile);

}  // namespace asmforge

// One change of a project that is to be tried.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace asmforge {

// Asserts what the compiler cannot prove.
inline constexpr std::string_view kRestrictTransform = "restrict";

struct Step {
  std::string name;       // for people: "patches/unroll.patch"
  std::string transform;  // what makes it: "patch", "branch", "command"; others are our own
  std::string patch;      // a unified diff; empty for a command
  std::string command;    // shell command that edits the tree; empty for a patch
  std::string check;      // whose finding it mends; may be empty
  std::vector<std::string> expectations;  // predictions, a line each (core/predicate.h)
  bool operator==(const Step&) const = default;
};

}  // namespace asmforge

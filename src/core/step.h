// One change of a project that is to be tried.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asmforge {

// Transforms that assert what no compiler can prove.
inline constexpr std::string_view kRestrictTransform = "restrict";
inline constexpr std::string_view kIvdepTransform = "ivdep";
inline constexpr std::string_view kFastMathTransform = "fast-math";
bool asserts_something(std::string_view transform);

// Of which function such a step asserts it.
struct Assumption {
  std::string file;        // from the tree's top
  std::uint32_t line = 0;  // of the function's definition
  std::string flag;        // its file is compiled with this besides; empty: the source says it
  bool operator==(const Assumption&) const = default;
};
// "12 src/a.c", "12 -ffast-math src/a.c"
std::string to_string(const Assumption& assumption);
std::optional<Assumption> assumption_from_string(std::string_view text);

struct Step {
  std::string name;       // for people: "patches/unroll.patch"
  std::string transform;  // what makes it: "patch", "branch", "command"; others are our own
  std::string patch;      // a unified diff; empty for a command
  std::string command;    // shell command that edits the tree; empty for a patch
  std::string check;      // whose finding it mends; may be empty
  std::vector<std::string> expectations;  // predictions, a line each (core/predicate.h)
  std::optional<Assumption> assumption;   // of the transforms above
  bool operator==(const Step&) const = default;
};

}  // namespace asmforge

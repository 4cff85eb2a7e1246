// The functions in which a program executes most, instruction by instruction, with their
// source lines: what steps about functions and branches are drawn from.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/binary.h"
#include "core/profile.h"
#include "core/result.h"
#include "core/source_location.h"

namespace asmforge {

struct CountedInsn {
  std::uint64_t address = 0;
  std::uint64_t executions = 0;
  SourceLocation source;
  bool in_hot_loop = false;  // whose header runs at least a hundredth as often as the peak
  // A conditional jump forwards: how often control went on without jumping. A jump back closes
  // a loop, and has to be taken.
  bool forward_branch = false;
  std::uint64_t fell_through = 0;
};

// A function that another one calls directly.
struct HotCall {
  std::string function;          // mangled name
  std::uint64_t executions = 0;  // of all the calls
  SourceLocation source;         // of its first instruction
  bool calls_others = false;
};

struct HotFunction {
  std::string name;        // mangled
  double share = 0;        // of the profile
  std::uint64_t peak = 0;  // executions of the instruction that runs most
  std::int64_t instructions = 0;
  std::int64_t calls = 0;  // instructions that call
  bool floats = false;     // it computes with floating-point numbers
  SourceLocation source;   // of its first instruction
  std::vector<CountedInsn> insns;
  std::vector<HotCall> callees;
};

struct FunctionShare {
  std::uint32_t index = 0;  // into Binary::functions
  double share = 0;         // of the profile
};

// Functions with at least `least_share`, in the order of the binary: others need not be decoded.
std::vector<FunctionShare> functions_by_share(const Binary& binary, const Profile& profile,
                                              const ProfileModule& counts, double least_share);

// With at least `least_share` of the profile, the hottest first, at most `most`. None without
// exact counts of this binary, or without its source lines.
Result<std::vector<HotFunction>> hot_functions(const Binary& binary, const Profile& profile,
                                               double least_share, std::size_t most);

}  // namespace asmforge

// One codegen defect, as reported to the user.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/cfg.h"
#include "core/predicate.h"
#include "core/remark.h"
#include "core/source_location.h"

namespace asmforge {

enum class Confidence : std::uint8_t {
  kProved,   // follows from the instructions alone
  kPattern,  // the shape is there and the known traps were ruled out
  kHint,     // worth a look; something could not be resolved
};
std::string_view to_string(Confidence confidence);

// One instruction that shows the defect.
struct Evidence {
  std::uint64_t address = 0;
  std::string text;  // as printed
  std::string note;  // what it has to do with it: "length reloaded here"; may be empty
};

// The comment in the source by which people said that they know of a finding and leave it:
// "asmforge: ignore CHECK REASON".
struct IgnoreComment {
  std::string reason;
  SourceFrame place;
};

struct Finding {
  std::string check;     // id of the check: "bounds-check-in-loop"
  std::string function;  // mangled name
  std::string demangled;
  std::uint32_t function_index = kNoIndex;  // into Binary::functions
  LoopIndex loop = kNoIndex;
  LoopRole role = LoopRole::kUnknown;
  std::uint32_t loop_depth = 0;
  std::uint64_t loop_header = 0;          // address of the loop's first block
  AddressRange loop_range;                // lowest to highest address of the loop's own blocks
  std::vector<std::uint32_t> insns;       // the evidence as indices into Function::insns
  std::vector<Evidence> evidence;         // the same, printable; at most 8
  std::size_t left_out = 0;               // of insns, for which evidence has no room
  SourceLocation source;                  // of the first evidence instruction
  bool library_code = false;              // of a standard library or a system header
  std::string title;                      // one line: what is wrong here
  std::string cause;                      // why compilers emit this
  std::string fix_c;                      // what to try in C or C++
  std::string fix_rust;                   // what to try in Rust
  std::string risk;                       // what the fix may break
  std::vector<std::string> traps_passed;  // known false alarms that were ruled out
  Predicate predicate;                    // what the fix would change in the assembly
  Confidence confidence = Confidence::kHint;
  std::string confidence_reason;            // why it is not surer; empty when proved
  std::optional<double> severity_cycles;    // null until calibrated
  std::string severity_reason;              // why it is null
  std::optional<std::uint64_t> executions;  // of the evidence that ran most, by exact counts
  std::optional<double> share;              // of the profile, of the loop
  bool may_have_run = false;                // no count was seen, which does not mean never
  std::string suppress_key;                 // stable across builds: check:function:source line
  // The same in another build though lines moved: a hash of check and function, and which of
  // the function's findings of that check it is: "0123...:1".
  std::string fingerprint;
  std::vector<JoinedRemark> remarks;     // what the compiler said of it, what explains most first
  std::size_t remarks_left_out = 0;      // of those, for which there is no room
  std::optional<IgnoreComment> ignored;  // such a finding does not count
  std::optional<bool> in_baseline;       // null without a baseline; true: it does not count
  [[nodiscard]] bool counts() const { return !ignored && !in_baseline.value_or(false); }
};

}  // namespace asmforge

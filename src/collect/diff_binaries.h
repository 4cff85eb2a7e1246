// Two builds of a program, all their functions side by side.
#pragma once

#include <functional>
#include <span>

#include "core/binary.h"
#include "core/binary_diff.h"
#include "core/profile.h"
#include "graph/asm_diff.h"

namespace asmforge {

struct BinaryDiffOptions {
  DiffOptions diff;
  unsigned threads = 0;                   // 0: as many as the process may run on
  const Profile* profile = nullptr;       // ranks the functions
  const ProfileModule* counts = nullptr;  // of it, for the build that it is of
  bool counts_are_of_after = false;       // else of the build before
  std::function<void()> advance;          // called once per function pair, from any thread
  std::function<bool()> should_stop;      // asked between functions; may be empty
};

// Members of archives are compared with those of the same name.
BinaryDiff diff_binaries(std::span<const Binary> before, std::span<const Binary> after,
                         const BinaryDiffOptions& options);

}  // namespace asmforge

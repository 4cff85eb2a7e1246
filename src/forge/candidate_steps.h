// The user's own changes as steps of a run: [candidates] of asmforge.toml.
//
//     [candidates]
//     patches = ["patches/unroll.patch"]
//     branches = ["faster-hash"]            # or commits
//     command = "sed -i s/int/long/ src/hash.c"
//
// A patch's text before its first file, or the messages of a branch's commits, may say what
// the change does to the assembly, a prediction a line:
//
//     asmforge-expect: calls(turns, loop 0): 1 -> 0
//
// and, for the track record, whose finding it mends: "asmforge-check: invariant-divide".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/forge_run.h"
#include "core/result.h"
#include "forge/project.h"
#include "forge/shared_clone.h"

namespace asmforge {

// Of the commit `base`. Patches are read now, so that what a run tries does not change under
// it. kBadInput for a patch that cannot be read or is none, kNotFound for what is no branch.
Result<std::vector<Step>> candidate_steps(const Project& project, const SharedClone& clone,
                                          const std::string& base);

// What follows `key` at the beginning of a line, for each such line of a patch's or a commit's
// words.
std::vector<std::string> stated_in(std::string_view text, std::string_view key);
inline constexpr std::string_view kExpectKey = "asmforge-expect:";
inline constexpr std::string_view kCheckKey = "asmforge-check:";

}  // namespace asmforge

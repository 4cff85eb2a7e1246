// `forge --apply`: what a run kept becomes commits on the user's branch, one a change, and
// the program is built there once more.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/forge_run.h"
#include "core/result.h"
#include "forge/project.h"

namespace asmforge {

// A program as the user's folder builds it, beside the one that was measured.
struct RebuiltBinary {
  std::string name;
  bool identical = false;  // byte for byte
  bool same_code = false;  // what is loaded is the same
  std::string difference;  // one clause; empty when identical
};

struct AppliedRun {
  std::string commit;  // the branch's by now
  std::size_t commits = 0;
  std::vector<RebuiltBinary> binaries;
  bool cleaned = false;       // built twice, with 'clean' between
  std::string build_failure;  // empty: it was built
};

struct ApplyHooks {
  const std::atomic<bool>* interrupted = nullptr;
  std::function<void(std::string_view what)> progress;  // may be empty
};

// Errors change nothing: a run with nothing to apply, files that differ from the last
// commit, a branch that has moved on. `run` is stored with its commit.
Result<AppliedRun> apply_run(const Project& project, ForgeRun& run, const ApplyHooks& hooks);

}  // namespace asmforge

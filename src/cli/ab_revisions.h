// `ab REVISION REVISION`: two commits of a project are built, and then compared as two
// programs are, on the project's workloads.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/ab_builds.h"
#include "core/journal.h"
#include "core/result.h"
#include "core/trial.h"

namespace asmforge {

struct RevisionPair {
  AbBuild before;
  AbBuild after;
  std::string directory;            // the project's; commands run there
  std::vector<Workload> workloads;  // of asmforge.toml, those of the binary
  std::string check;                // of asmforge.toml; may be empty
  std::vector<std::string> notes;   // which commits these are
  JournalContext context;
};

// Whether neither of the two names is a file.
bool may_be_revisions(const std::string& before, const std::string& after);

// `binary`: which one of the project's is compared; empty: the one that all workloads run.
Result<RevisionPair> build_revisions(const std::string& before, const std::string& after,
                                     const std::string& binary,
                                     const std::function<void(std::string_view)>& progress);

}  // namespace asmforge

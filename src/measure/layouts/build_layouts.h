// Makes the programs of the two layout stages from two captures.
//
// Placement moves whole functions: the changed ones start, one after another, at each
// place mod 64 once, and everything else is in a fresh random order each time.
// Blocks moves the basic blocks inside of the changed functions as well.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/trial.h"
#include "measure/layouts/capture.h"

namespace asmforge {

struct LayoutRequest {
  const Capture* before = nullptr;
  const Capture* after = nullptr;
  std::string before_program;  // which output of a link, or a copy of it; "" is the only one
  std::string after_program;
  std::vector<std::string> functions;  // symbols that changed, to be moved first
  std::uint32_t layouts = 64;
  std::uint64_t seed = 0;
  std::string directory;  // where programs are put; those made earlier are found there
  const std::atomic<bool>* interrupted = nullptr;
  std::function<void(std::size_t done, std::size_t all)> progress;  // one call at a time
};

struct BuiltLayout {
  Layout layout;
  std::string path;
};

struct LayoutBuild {
  LayoutStage stage;  // when it is not available, why, and no layouts
  std::vector<BuiltLayout> layouts;
};

// Errors are those of the captures, the disk and Ctrl-C; what cannot be laid out anew is
// an answer.
Result<LayoutBuild> build_placements(const LayoutRequest& request);
Result<LayoutBuild> build_blocks(const LayoutRequest& request);

}  // namespace asmforge

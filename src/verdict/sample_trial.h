// A Trial from samples that others took. Without the times of its runs a file says only in
// which order its own were made, so two files are one arm after the other; with times that
// interleave, neighbours in time make pairs.
#pragma once

#include <string>

#include "core/result.h"
#include "core/trial.h"

namespace asmforge {

struct SamplesRequest {
  std::string before;  // files
  std::string after;
  TrialSettings settings;
  bool higher_is_better = false;
  bool wall = false;  // where a file has processor time too
};

Result<Trial> trial_of_samples(const SamplesRequest& request);

}  // namespace asmforge

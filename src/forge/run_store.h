// Runs of the loop in the project's journal: a row a run, a row a step. A run that was
// killed at any moment is found as it was after its last whole step.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/forge_run.h"
#include "core/result.h"
#include "forge/journal.h"

namespace asmforge {

class RunStore {
 public:
  explicit RunStore(Journal& journal) : journal_(journal) {}

  // Stores a new run with its steps, and numbers it.
  Result<Done> begin(ForgeRun& run);
  // What has become of it and of all of its steps.
  Result<Done> save(const ForgeRun& run);
  // The same within a transaction of the journal's.
  Result<Done> save_within(const ForgeRun& run);
  // Saves a run whose steps are no longer those that it began with.
  Result<Done> replace_steps(const ForgeRun& run);
  // The latest, or that of a number; kNotFound when there is none.
  Result<ForgeRun> read(std::optional<std::int64_t> number);
  // The latest, if it is not finished.
  Result<std::optional<ForgeRun>> unfinished();
  // Ends an unfinished run for good.
  Result<Done> abandon(std::int64_t number);

 private:
  Result<Done> insert_step(const ForgeRun& run, std::size_t index);
  Result<Done> read_steps(ForgeRun& run);

  Journal& journal_;
};

}  // namespace asmforge

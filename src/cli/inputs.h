// What the user named, opened: a binary, or a source compiled to one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/options.h"
#include "cli/select_function.h"
#include "collect/compile.h"
#include "core/binary.h"
#include "core/profile.h"
#include "core/result.h"

namespace asmforge {

// What both ways of opening need, and where notes go.
struct InputRequest {
  const InputOptions& options;
  const OutputOptions& output;
  Session& session;
};

struct Inputs {
  std::optional<CompiledSource> compiled;  // FILE was a source; the object lives as long as this
  std::vector<Binary> binaries;            // one, or each member of an archive; never empty
  std::optional<Profile> profile;          // --profile
};

// Opens FILE, after compiling it when it is a source.
Result<Inputs> open_inputs(const InputRequest& request);

// The same, and finds one function; the others are not looked for when they need not be
// known.
struct SelectedFunction {
  Inputs inputs;
  FunctionRef ref;
  std::optional<std::uint32_t> number;  // as in `list`; not known after a quick look
};
Result<SelectedFunction> open_function(const InputRequest& request, const std::string& wanted);

// The counts of this binary; nullptr without --profile. Refuses the profile of
// another build.
Result<const ProfileModule*> counts_for(const Inputs& inputs, const Binary& binary);

// An error when a file changed while it was read.
Result<Done> check_inputs_unchanged(const Inputs& inputs);

// "libx.a(y.o)"
std::string display_path(const Binary& binary);

}  // namespace asmforge

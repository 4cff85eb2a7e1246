// What the user named, opened: a binary, or a source compiled to one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/options.h"
#include "cli/select_function.h"
#include "core/binary.h"
#include "core/profile.h"
#include "core/result.h"

namespace asmforge {

struct Inputs {
  std::vector<Binary> binaries;    // one, or each member of an archive; never empty
  std::optional<Profile> profile;  // --profile
};

// Opens the file. With `find_functions` false only its symbols are read.
Result<Inputs> open_inputs(const InputOptions& options, const OutputOptions& output,
                           Session& session, bool find_functions = true);

// The counts of this binary; nullptr without --profile. Refuses the profile of
// another build.
Result<const ProfileModule*> counts_for(const Inputs& inputs, const Binary& binary);

// Opens the file and finds the one function, without looking for all functions when
// `wanted` is an exact symbol or the address of an entry.
struct SelectedFunction {
  Inputs inputs;
  FunctionRef ref;
  std::optional<std::uint32_t> number;  // as in `list`; not known after a quick look
};
Result<SelectedFunction> open_function(const InputOptions& options, const OutputOptions& output,
                                       Session& session, const std::string& wanted);

// An error when a file changed while it was read.
Result<Done> check_inputs_unchanged(const Inputs& inputs);

// "libx.a(y.o)"
std::string display_path(const Binary& binary);

}  // namespace asmforge

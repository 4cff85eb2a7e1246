#include "cli/inputs.h"

#include <fmt/format.h>

#include "base/text.h"
#include "collect/open.h"

namespace asmforge {
namespace {

void describe(const Inputs& inputs, Session& session) {
  for (const Binary& binary : inputs.binaries) {
    session.err.print("read {}: {} {}, {} functions{}{}{}\n", display_path(binary),
                      to_string(binary.isa), to_string(binary.kind), binary.functions.size(),
                      binary.build_id.empty() ? "" : ", build id " + binary.build_id,
                      binary.has_debug_info ? ", debug info" : ", no debug info",
                      binary.debug_path.empty() ? "" : " in " + printable(binary.debug_path));
  }
}

}  // namespace

std::string display_path(const Binary& binary) {
  const std::string path = printable(binary.path);
  return binary.member.empty() ? path : path + "(" + printable(binary.member) + ")";
}

Result<Inputs> open_inputs(const InputOptions& options, const OutputOptions& output,
                           Session& session, bool find_functions) {
  Inputs inputs;
  const OpenOptions how{options.debug_file, find_functions};
  AF_TRY(inputs.binaries, open_input(options.path, how));
  if (output.verbose) describe(inputs, session);
  return inputs;
}

Result<SelectedFunction> open_function(const InputOptions& options, const OutputOptions& output,
                                       Session& session, const std::string& wanted) {
  SelectedFunction selected;
  AF_TRY(selected.inputs, open_inputs(options, output, session, false));
  if (const Result<FunctionRef> exact = select_exact(selected.inputs.binaries, wanted)) {
    selected.ref = *exact;
    return selected;
  }
  AF_TRY(selected.inputs, open_inputs(options, output, session, true));
  AF_TRY(selected.ref, select_function(selected.inputs.binaries, wanted));
  selected.number = number_of(selected.inputs.binaries, selected.ref);
  return selected;
}

Result<const ProfileModule*> counts_for(const Inputs& inputs, const Binary& binary) {
  if (!inputs.profile) return static_cast<const ProfileModule*>(nullptr);
  if (const ProfileModule* module = inputs.profile->module_for(binary)) return module;
  return Error{ErrorCode::kBadInput,
               fmt::format("{}: the profile is of another build", display_path(binary)),
               "profile this one"};
}

Result<Done> check_inputs_unchanged(const Inputs& inputs) {
  for (const Binary& binary : inputs.binaries)
    if (Result<Done> same = check_unchanged(binary); !same) return same;
  return Done{};
}

}  // namespace asmforge

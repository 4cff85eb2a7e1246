#include "cli/inputs.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/interrupt.h"
#include "base/text.h"
#include "collect/open.h"
#include "collect/profiles/profile_file.h"
#include "collect/stream.h"

namespace asmforge {
namespace {

void describe(const Binary& binary, Session& session) {
  session.err.print("read {}: {} {}, {} functions{}{}{}\n", display_path(binary),
                    to_string(binary.isa), to_string(binary.kind), binary.functions.size(),
                    binary.build_id.empty() ? "" : ", build id " + binary.build_id,
                    binary.has_debug_info ? ", debug info" : ", no debug info",
                    binary.debug_path.empty() ? "" : " in " + printable(binary.debug_path));
}

Result<CompiledSource> compile(const InputRequest& request) {
  CompileOptions how;
  how.command = request.session.trailing;
  how.database = request.options.compile_commands;
  how.interrupted = &interrupt_flag();
  Result<CompiledSource> compiled = compile_source(request.options.path, how);
  if (!compiled || !request.output.verbose) return compiled;
  Output& err = request.session.err;
  if (!compiled->directory.empty()) err.print("in {}\n", compiled->directory);
  err.print("run {}\n", compiled->command);
  return compiled;
}

// What there is to know before the binary is opened: the profile, and the compiled source.
Result<Inputs> prepare(const InputRequest& request) {
  Inputs inputs;
  if (request.options.path.empty())
    return Error{ErrorCode::kUsage, "the file's name is empty", "name a program or a source"};
  if (!request.options.profile.empty()) {
    AF_TRY(inputs.profile, read_profile(request.options.profile));
  }
  if (source_language(request.options.path) != SourceLanguage::kNone) {
    AF_TRY(inputs.compiled, compile(request));
    return inputs;
  }
  if (request.session.has_trailing || !request.options.compile_commands.empty())
    return Error{ErrorCode::kUsage,
                 fmt::format("{}: no C, C++ or Rust source, so there is nothing to compile",
                             printable(request.options.path)),
                 "try without -- and -p"};
  return inputs;
}

Result<Done> open_binaries(const InputRequest& request, bool find_functions, Inputs& inputs) {
  const OpenOptions how{request.options.debug_file, find_functions};
  const std::string& path = inputs.compiled ? inputs.compiled->object_path : request.options.path;
  AF_TRY(inputs.binaries, open_input(path, how));
  for (Binary& binary : inputs.binaries) {
    if (inputs.compiled) {
      binary.path = request.options.path;  // what the user knows it by
      binary.notes.insert(binary.notes.begin(), inputs.compiled->notes.begin(),
                          inputs.compiled->notes.end());
    }
    if (request.output.verbose) describe(binary, request.session);
  }
  return Done{};
}

}  // namespace

std::string display_path(const Binary& binary) {
  const std::string path = printable(binary.path);
  return binary.member.empty() ? path : path + "(" + printable(binary.member) + ")";
}

Result<Inputs> open_inputs(const InputRequest& request) {
  AF_TRY(Inputs inputs, prepare(request));
  AF_TRY([[maybe_unused]] const Done done, open_binaries(request, true, inputs));
  return inputs;
}

Result<SelectedFunction> open_function(const InputRequest& request, const std::string& wanted) {
  SelectedFunction selected;
  AF_TRY(selected.inputs, prepare(request));
  AF_TRY([[maybe_unused]] const Done quick, open_binaries(request, false, selected.inputs));
  if (const Result<FunctionPlace> place = select_in_symbols(selected.inputs.binaries, wanted)) {
    Binary& binary = selected.inputs.binaries[place->binary];
    if (const auto index = complete_function(binary, place->address)) {
      const FunctionEntry& found = binary.functions[*index];
      if (!place->nameless || (found.address == place->address && found.name.empty())) {
        selected.ref = {place->binary, *index};
        return selected;
      }
    }
  }
  AF_TRY([[maybe_unused]] const Done full, open_binaries(request, true, selected.inputs));
  AF_TRY(selected.ref, select_function(selected.inputs.binaries, wanted));
  selected.number = number_of(selected.inputs.binaries, selected.ref);
  return selected;
}

Result<const ProfileModule*> counts_for(const Inputs& inputs, const Binary& binary) {
  if (!inputs.profile) return static_cast<const ProfileModule*>(nullptr);
  return match_profile(*inputs.profile, binary);
}

Result<Done> check_inputs_unchanged(const Inputs& inputs) {
  for (const Binary& binary : inputs.binaries)
    if (Result<Done> same = check_unchanged(binary); !same) return same;
  return Done{};
}

}  // namespace asmforge

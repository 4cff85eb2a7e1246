// `asmforge diff BEFORE AFTER`: what changed between two builds, in instructions.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <optional>

#include "base/interrupt.h"
#include "cli/command.h"
#include "cli/inputs.h"
#include "cli/make_function_diff.h"
#include "cli/progress.h"
#include "cli/values.h"
#include "collect/decoded_names.h"
#include "collect/diff_binaries.h"
#include "collect/match_functions.h"
#include "report/writers/binary_diff.h"
#include "report/writers/function_diff.h"

namespace asmforge::commands {
namespace {

constexpr std::size_t kShownByDefault = 20;
constexpr std::size_t kContextByDefault = 3;
constexpr int kSame = 0;
constexpr int kDifferent = 1;

struct Options {
  InputOptions before;
  InputOptions after;
  OutputOptions output;
  AssemblyOptions assembly;
  std::string function;
  std::string with;
  bool exact = false;
  std::size_t context = kContextByDefault;
  std::size_t limit = kShownByDefault;
};

struct Selection {
  SelectedFunction before;
  SelectedFunction after;
};

// The only function with this symbol; nullopt for none or several.
std::optional<FunctionRef> only_with_symbol(const Inputs& inputs, std::string_view symbol) {
  std::optional<FunctionRef> found;
  for (std::size_t member = 0; member < inputs.binaries.size(); ++member) {
    const auto& functions = inputs.binaries[member].functions;
    for (std::uint32_t i = 0; i < functions.size(); ++i) {
      if (functions[i].name != symbol || functions[i].origin == FunctionOrigin::kPltStub) continue;
      if (found) return std::nullopt;
      found = FunctionRef{member, i};
    }
  }
  return found;
}

// The function of the build after that this one of the build before became.
Result<FunctionRef> find_counterpart(const Binary& before, std::uint32_t function,
                                     const Inputs& after) {
  for (std::size_t member = 0; member < after.binaries.size(); ++member) {
    const Binary& candidate = after.binaries[member];
    if (after.binaries.size() > 1 && candidate.member != before.member) continue;
    const FunctionMatches matches = match_functions(before, candidate, 1);
    const auto pair = std::ranges::find(matches.pairs, function, &FunctionPair::before);
    if (pair != matches.pairs.end()) return FunctionRef{member, pair->after};
  }
  return Error{ErrorCode::kNotFound,
               fmt::format("{}: no function like {}", display_path(after.binaries.front()),
                           display_name(before, function)),
               "name it with --with FUNCTION"};
}

Result<Selection> select_both(const Options& options, Session& session) {
  const InputRequest before_request{options.before, options.output, session};
  const InputRequest after_request{options.after, options.output, session};
  Selection selection;
  AF_TRY(selection.before, open_function(before_request, options.function));
  if (!options.with.empty()) {
    AF_TRY(selection.after, open_function(after_request, options.with));
    return selection;
  }
  AF_TRY(selection.after.inputs, open_inputs(after_request));
  const std::string_view symbol = selection.before.inputs.binaries[selection.before.ref.binary]
                                      .functions[selection.before.ref.function]
                                      .name;
  if (!symbol.empty() && only_with_symbol(selection.before.inputs, symbol)) {
    if (const auto same = only_with_symbol(selection.after.inputs, symbol)) {
      selection.after.ref = *same;
      return selection;
    }
  }
  // What was opened for one function may hold symbols alone; matching needs all.
  AF_TRY(selection.before.inputs, open_inputs(before_request));
  AF_TRY(selection.before.ref, select_function(selection.before.inputs.binaries, options.function));
  AF_TRY(selection.after.ref,
         find_counterpart(selection.before.inputs.binaries[selection.before.ref.binary],
                          selection.before.ref.function, selection.after.inputs));
  return selection;
}

Result<int> diff_one(const Options& options, Session& session) {
  AF_TRY(const Selection selection, select_both(options, session));
  const Binary& before = selection.before.inputs.binaries[selection.before.ref.binary];
  const Binary& after = selection.after.inputs.binaries[selection.after.ref.binary];
  FunctionAnalyser before_analyser(before);
  FunctionAnalyser after_analyser(after);
  const FunctionView before_view = before_analyser.analyse(selection.before.ref.function);
  const FunctionView after_view = after_analyser.analyse(selection.after.ref.function);
  DecodedNames before_names(before, before_view.decoder);
  DecodedNames after_names(after, after_view.decoder);
  const DiffSide before_side = {before_view.function, before_view.cfg, before, before_names};
  const DiffSide after_side = {after_view.function, after_view.cfg, after, after_names};
  const AsmDiff diff = diff_functions(before_side, after_side, {options.exact});
  const Syntax syntax = options.assembly.att ? Syntax::kAtt : Syntax::kIntel;
  FunctionDiff made = make_function_diff(diff, before_view, after_view, syntax);
  made.exact = options.exact;
  AF_TRY([[maybe_unused]] const Done before_done, check_inputs_unchanged(selection.before.inputs));
  AF_TRY([[maybe_unused]] const Done after_done, check_inputs_unchanged(selection.after.inputs));
  if (options.output.json)
    write_function_diff_json(made, session.out);
  else
    write_function_diff(made, options.context, palette_for(options.output, session.out),
                        session.out);
  return diff.same() ? kSame : kDifferent;
}

// The profile may be of either build.
Result<Done> use_profile(const Inputs& before, const Inputs& after, BinaryDiffOptions& how) {
  if (!before.profile) return Done{};
  how.profile = &*before.profile;
  how.counts = before.profile->module_for(before.binaries.front());
  if (how.counts != nullptr) return Done{};
  how.counts = before.profile->module_for(after.binaries.front());
  how.counts_are_of_after = true;
  if (how.counts != nullptr) return Done{};
  return Error{ErrorCode::kBadInput, "the profile is of neither build",
               "profile one of the two with 'asmforge profile'"};
}

Result<int> diff_all(const Options& options, Session& session) {
  AF_TRY(const Inputs before, open_inputs({options.before, options.output, session}));
  AF_TRY(const Inputs after, open_inputs({options.after, options.output, session}));
  std::uint64_t functions = 0;
  for (const Binary& binary : before.binaries) functions += binary.functions.size();
  Progress progress("functions", functions, session.err);
  BinaryDiffOptions how;
  how.diff.exact = options.exact;
  how.should_stop = interrupted;
  how.advance = [&progress] { progress.advance(); };
  AF_TRY([[maybe_unused]] const Done profiled, use_profile(before, after, how));
  const BinaryDiff diff = diff_binaries(before.binaries, after.binaries, how);
  progress.finish();
  if (interrupted()) return Error{ErrorCode::kInterrupted, "interrupted", ""};
  AF_TRY([[maybe_unused]] const Done before_done, check_inputs_unchanged(before));
  AF_TRY([[maybe_unused]] const Done after_done, check_inputs_unchanged(after));
  BinaryDiffList list;
  list.before_path = options.before.path;
  list.after_path = options.after.path;
  list.diff = &diff;
  list.exact = options.exact;
  list.has_profile = how.counts != nullptr;
  list.limit = options.limit;
  if (options.output.json)
    write_binary_diff_json(list, session.out);
  else
    write_binary_diff(list, palette_for(options.output, session.out), session.out);
  return diff.same() ? kSame : kDifferent;
}

Result<int> run(Options& options, Session& session) {
  options.after.compile_commands = options.before.compile_commands;
  if (!options.with.empty() && options.function.empty())
    return Error{ErrorCode::kUsage, "diff: --with names the other side of -f", "add -f FUNCTION"};
  return options.function.empty() ? diff_all(options, session) : diff_one(options, session);
}

Run setup(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("BEFORE", options->before.path,
                 "Executable, shared object, object file, archive or source")
      ->required();
  app.add_option("AFTER", options->after.path, "The same, of the other build")->required();
  app.add_option("-f,--function", options->function,
                 "Compare this function line by line: symbol, demangled name or a part of it, "
                 "number from 'list', or 0x address in BEFORE")
      ->type_name("FUNCTION");
  app.add_option("--with", options->with, "What it is called in AFTER, when matching fails")
      ->type_name("FUNCTION");
  app.add_flag("--exact", options->exact, "Registers must be equal, not only consistent");
  app.add_option("-U,--unified", options->context,
                 fmt::format("Rows of context around a difference (default {})", kContextByDefault))
      ->type_name("N")
      ->check(natural_number());
  app.add_option("--limit", options->limit,
                 fmt::format("Show at most N functions of each kind, 0 for all (default {})",
                             kShownByDefault))
      ->type_name("N")
      ->check(natural_number());
  app.add_option("-p", options->before.compile_commands,
                 "Compile sources as DIR/compile_commands.json says")
      ->type_name("DIR");
  add_profile_option(app, options->before);
  add_assembly_options(app, options->assembly);
  add_output_options(app, options->output);
  return [options](Session& session) { return run(*options, session); };
}

}  // namespace

extern const Command diff{
    .name = "diff",
    .summary = "Compare the instructions of two builds",
    .setup = setup,
    .trailing = kCompilerTrailing,
    .description =
        "Ignores addresses, label numbers, padding and registers that consistently\n"
        "play each other's part. Exit status: 0 the same, 1 different.",
};

}  // namespace asmforge::commands

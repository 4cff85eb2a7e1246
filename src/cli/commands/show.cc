// `asmforge show FILE FUNCTION`: one function's assembly with blocks, loops,
// sources and counts.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/command.h"
#include "cli/inputs.h"
#include "cli/make_listing.h"

namespace asmforge::commands {
namespace {

struct Options {
  InputOptions input;
  OutputOptions output;
  AssemblyOptions assembly;
  std::string function;
};

Result<int> run(const Options& options, Session& session) {
  AF_TRY(const SelectedFunction selected,
         open_function({options.input, options.output, session}, options.function));
  const Binary& binary = selected.inputs.binaries[selected.ref.binary];
  FunctionAnalyser analyser(binary);
  const FunctionView view = analyser.analyse(selected.ref.function);
  SourceText source_text;
  ListingOptions how;
  how.syntax = options.assembly.att ? Syntax::kAtt : Syntax::kIntel;
  how.sources = !options.assembly.no_source;
  AF_TRY(how.counts, counts_for(selected.inputs, binary));
  how.profile = how.counts == nullptr ? nullptr : &*selected.inputs.profile;
  Listing listing = make_listing(view, how, source_text);
  listing.number = selected.number.value_or(kNoIndex);
  if (options.output.json)
    write_listing_json(listing, session.out);
  else
    write_listing(listing, palette_for(options.output, session.out), session.out);
  AF_TRY([[maybe_unused]] const Done done, check_inputs_unchanged(selected.inputs));
  return 0;
}

Run setup(CLI::App& app) {
  auto options = std::make_shared<Options>();
  add_input_options(app, options->input);
  app.add_option("FUNCTION", options->function,
                 "Symbol, demangled name or a part of it, number from 'list', or 0x address")
      ->required();
  add_assembly_options(app, options->assembly);
  add_profile_option(app, options->input);
  add_output_options(app, options->output);
  return [options](Session& session) { return run(*options, session); };
}

}  // namespace

extern const Command show{
    .name = "show",
    .summary = "Show a function's assembly with its loops, sources and counts",
    .setup = setup,
    .trailing = kCompilerTrailing,
};

}  // namespace asmforge::commands

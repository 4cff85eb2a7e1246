// `asmforge show FILE FUNCTION`: one function's assembly with blocks, loops,
// sources and counts.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/command.h"
#include "cli/inputs.h"
#include "cli/make_intermediate.h"
#include "cli/make_listing.h"

namespace asmforge::commands {
namespace {

struct Options {
  InputOptions input;
  OutputOptions output;
  AssemblyOptions assembly;
  std::string function;
  bool llvm = false;
  bool mir = false;
  std::string capture;
  [[nodiscard]] IntermediateForm form() const {
    if (mir) return IntermediateForm::kMir;
    return llvm ? IntermediateForm::kLlvm : IntermediateForm::kNone;
  }
};

// Flags say how to compile a source; of a program they say it of the function's source, so
// they are no part of how the program is opened.
Result<SelectedFunction> open(const Options& options, Session& session) {
  const bool source = source_language(options.input.path) != SourceLanguage::kNone;
  if (source || options.form() == IntermediateForm::kNone)
    return open_function({options.input, options.output, session}, options.function);
  InputOptions input = options.input;
  input.compile_commands.clear();
  Session without{{}, false, session.out, session.err};
  return open_function({input, options.output, without}, options.function);
}

Result<Done> add_intermediate(const Options& options, const FunctionView& view, Session& session,
                              Listing& listing) {
  if (options.form() == IntermediateForm::kNone) return Done{};
  AF_TRY(IntermediateLines made,
         make_intermediate(view, {options.form(), options.capture, options.output.verbose},
                           options.input, session));
  listing.intermediate_form = options.mir ? "mir" : "llvm";
  listing.intermediate = std::move(made.lines);
  listing.notes.insert(listing.notes.end(), made.notes.begin(), made.notes.end());
  return Done{};
}

Result<int> run(const Options& options, Session& session) {
  AF_TRY(const SelectedFunction selected, open(options, session));
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
  AF_TRY([[maybe_unused]] const Done added, add_intermediate(options, view, session, listing));
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
  CLI::Option* llvm =
      app.add_flag("--llvm", options->llvm, "LLVM's IR of it below, from clang or rustc");
  app.add_flag("--mir", options->mir, "rustc's MIR of it below")->excludes(llvm);
  app.add_option("--capture", options->capture,
                 "With --llvm, compile a program's source as 'asmforge capture' saw it")
      ->type_name("DIR")
      ->needs(llvm);
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

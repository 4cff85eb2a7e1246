// `asmforge capture`: runs a build and keeps how its programs are linked.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "base/interrupt.h"
#include "base/json_text.h"
#include "base/text.h"
#include "base/version.h"
#include "cli/command.h"
#include "cli/options.h"
#include "measure/layouts/capture_build.h"

namespace asmforge::commands {
namespace {

constexpr int kSignalStatus = 128;  // as a shell says it

struct Options {
  OutputOptions output;
  std::string directory;  // -o
  bool no_assembly = false;
};

Error usage(std::string_view what) {
  return {ErrorCode::kUsage, fmt::format("capture: {}", what),
          "try asmforge capture -o before -- make"};
}

// "LTO", or empty.
std::string_view lto_of(const LinkStep& link) {
  for (const StepInput& input : link.inputs)
    if (input.kind == InputKind::kGccLto || input.kind == InputKind::kBitcode)
      return "link-time optimised: no other layout can be made of it";
  return {};
}

void print(const Capture& capture, Output& out) {
  for (const LinkStep& link : capture.links) {
    const std::string_view lto = lto_of(link);
    out.print("{}  {} inputs{}{}\n", link.output, with_separators(link.inputs.size()),
              lto.empty() ? "" : "; ", lto);
  }
  std::size_t with_assembly = 0;
  std::string reason;
  for (const CompileStep& step : capture.compiles) {
    if (!step.assembly.empty()) ++with_assembly;
    if (reason.empty()) reason = step.assembly_reason;
  }
  out.print("{}: {} links, {} compile steps, {} of them with assembly\n", capture.directory,
            with_separators(capture.links.size()), with_separators(capture.compiles.size()),
            with_separators(with_assembly));
  if (!reason.empty()) out.print("note: no assembly: {}\n", printable(reason));
  for (const std::string& note : capture.notes) out.print("note: {}\n", printable(note));
}

void print_json(const Capture& capture, Output& out) {
  out.print(R"({{"schema":"asmforge/capture-summary/1","tool":{{"name":"asmforge","version":{}}},)"
            R"("directory":{},"command":{},"notes":{},"links":[)",
            json_quoted(version()), json_quoted(capture.directory),
            json_quoted_list(capture.command), json_quoted_list(capture.notes));
  std::string_view comma;
  for (const LinkStep& link : capture.links) {
    out.print(R"({}{{"output":{},"content_hash":{},"linker":{},"inputs":{},"lto":{}}})", comma,
              json_quoted(link.output), json_quoted(link.output_hash), json_quoted(link.linker),
              link.inputs.size(), !lto_of(link).empty());
    comma = ",";
  }
  out.print("],\"compile_steps\":{}}}\n", capture.compiles.size());
}

Result<int> run(const Options& options, Session& session) {
  if (options.directory.empty()) return usage("-o NAME is missing");
  if (session.trailing.empty()) return usage("no build command follows '--'");
  if (options.output.verbose) {
    session.err.print("asmforge: {}\n", shell_quoted(session.trailing));
    session.err.flush();
  }
  AF_TRY(const CapturedBuild captured, capture_build({.directory = options.directory,
                                                      .command = session.trailing,
                                                      .working_directory = {},
                                                      .assembly = !options.no_assembly,
                                                      .interrupted = &interrupt_flag(),
                                                      .progress = {}}));
  if (!captured.build.succeeded()) {
    session.err.print("asmforge: '{}' {}; nothing was captured\n", shell_quoted(session.trailing),
                      captured.build.ending());
    return captured.build.signal != 0 ? kSignalStatus + captured.build.signal
                                      : captured.build.exit_status;
  }
  if (options.output.json) {
    print_json(captured.capture, session.out);
  } else {
    print(captured.capture, session.out);
  }
  return 0;
}

Run setup(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("-o", options->directory, "The folder that keeps it; an older capture is replaced")
      ->type_name("NAME");
  app.add_flag("--no-assembly", options->no_assembly,
               "Keep no assembly: only whole functions can then be moved");
  add_output_options(app, options->output);
  return [options](Session& session) { return run(*options, session); };
}

}  // namespace

extern const Command capture{
    "capture", "Run a build and keep how its programs are linked", setup, "-- BUILD COMMAND...",
    "The build runs as always, with a library preloaded that sees linkers and compilers start:\n"
    "their command lines are kept, and copies of what they read. From that, the same program can\n"
    "be linked again with its code at other addresses. Capture both builds that you compare, each\n"
    "from clean. When the build fails, its exit status is passed on and nothing is kept."};

}  // namespace asmforge::commands

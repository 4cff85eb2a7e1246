// `asmforge report`: what a run of `forge` tried, and what came of it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <memory>
#include <optional>

#include "base/replace_file.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/read_forge_report.h"
#include "cli/sarif_files.h"
#include "forge/project.h"
#include "report/writers/forge_report.h"

namespace asmforge::commands {
namespace {

struct Options {
  OutputOptions output;
  std::string number;
  std::string file;
  bool markdown = false;
};

Result<std::optional<std::int64_t>> number_of_run(const std::string& text) {
  if (text.empty()) return std::optional<std::int64_t>();
  std::int64_t number = 0;
  const char* end = text.c_str() + text.size();
  const auto [stopped, error] = std::from_chars(text.c_str(), end, number);
  if (error != std::errc() || stopped != end)
    return Error{ErrorCode::kUsage, fmt::format("report: '{}' is no number of a run", text),
                 "without a number it is the latest"};
  return std::optional<std::int64_t>(number);
}

void write(const Options& options, const ForgeReport& report, const ForgeSarif& about,
           const Palette& palette, Output& out) {
  if (options.output.sarif)
    write_forge_sarif(report, about, out);
  else if (options.output.json)
    write_forge_json(report, out);
  else if (options.markdown)
    write_forge_markdown(report, out);
  else
    write_forge_report(report, palette, out);
}

Result<int> run(const Options& options, Session& session) {
  AF_TRY(const std::optional<std::int64_t> number, number_of_run(options.number));
  AF_TRY(const Project project, find_project("."));
  AF_TRY(const ForgeReport report, read_forge_report(project, number));
  ForgeSarif about;
  AF_TRY(about.root, sarif_root(""));
  about.project_file = fmt::format("{}/{}", project.directory, kProjectFile);
  if (options.file.empty()) {
    write(options, report, about, palette_for(options.output, session.out), session.out);
    return 0;
  }
  std::string text;
  {
    Output out(text);
    write(options, report, about, Palette{}, out);
  }
  AF_TRY(const Done written, replace_file(options.file, text));
  static_cast<void>(written);
  return 0;
}

Run setup(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("RUN", options->number, "Its number (the latest)");
  app.add_flag("--markdown", options->markdown, "Print Markdown, with patches and assembly");
  app.add_option("-o,--output", options->file, "Write into a file")->type_name("FILE");
  add_answer_options(app, options->output);
  add_sarif_option(app, options->output);
  app.get_option("--sarif")->excludes("--markdown");
  return [options](Session& session) { return run(*options, session); };
}

}  // namespace

extern const Command report{
    "report",
    "Show what 'forge' tried, and what came of it",
    setup,
    {},
    "Which changes were tried, what each did to the assembly and to the time, and why it was\n"
    "kept or not. Every number comes from the journal; `asmforge journal show` has the runs."};

}  // namespace asmforge::commands

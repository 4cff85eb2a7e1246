#include "cli/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "cli/values.h"

namespace asmforge {
namespace {

// CLI11 leaves options of this group out of its help, and so do we.
constexpr const char* kNotAdvertised = "";

bool use_color(const OutputOptions& options, const Output& out) {
  if (options.color != "auto") return options.color == "always";
  const char* no_color = std::getenv("NO_COLOR");
  return out.is_terminal() && (no_color == nullptr || *no_color == '\0');
}

// POSIX: the first of the three that is set and not empty decides.
bool utf8_locale() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    std::string locale(value);
    std::transform(locale.begin(), locale.end(), locale.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return locale.find("utf-8") != locale.npos || locale.find("utf8") != locale.npos;
  }
  return false;
}

}  // namespace

void add_color_option(CLI::App& app, OutputOptions& options) {
  app.add_option("--color", options.color,
                 "auto (a terminal, unless NO_COLOR is set), always or never")
      ->type_name("WHEN")
      ->check(one_of({"auto", "always", "never"}));
}

void add_answer_options(CLI::App& app, OutputOptions& options) {
  app.add_flag("--json", options.json, "Print JSON (docs/user/json.md)");
  add_color_option(app, options);
}

void add_sarif_option(CLI::App& app, OutputOptions& options) {
  app.add_flag("--sarif", options.sarif, "Print SARIF 2.1.0, for code scanning and editors")
      ->excludes("--json");
}

void add_output_options(CLI::App& app, OutputOptions& options) {
  add_answer_options(app, options);
  app.add_flag("-v,--verbose", options.verbose,
               "Print the commands that are run, and what is read");
}

Palette palette_for(const OutputOptions& options, const Output& out) {
  return {use_color(options, out), utf8_locale()};
}

void add_input_options(CLI::App& app, InputOptions& options) {
  app.add_option("FILE", options.path, "Executable, shared object, object file, archive or source")
      ->required();
  app.add_option("--debug-file", options.debug_file,
                 "Read debug info from this file (otherwise found by build id and .gnu_debuglink)")
      ->type_name("FILE");
  app.add_option("-p", options.compile_commands,
                 "Compile a source as DIR/compile_commands.json says")
      ->type_name("DIR");
}

void add_profile_option(CLI::App& app, InputOptions& options) {
  app.add_option("--profile", options.profile, "Counts from 'asmforge profile -o FILE'")
      ->type_name("FILE");
}

void add_assembly_options(CLI::App& app, AssemblyOptions& options) {
  app.add_flag("--att{true},--intel{false}", options.att, "AT&T syntax instead of Intel's");
  app.add_flag("--no-source", options.no_source, "Leave out source lines and inline stacks");
  app.add_option_function<std::string>(
         "-M", [&options](const std::string& syntax) { options.att = syntax == "att"; },
         "intel or att, as objdump has it")
      ->type_name("SYNTAX")
      ->check(one_of({"intel", "att"}));
  // Always on here: accepted for the habit.
  app.add_flag("-d,-C,-S,-l,--disassemble,--demangle,--source,--line-numbers,--no-show-raw-insn")
      ->group(kNotAdvertised);
}

}  // namespace asmforge

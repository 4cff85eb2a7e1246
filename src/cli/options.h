// Options that several commands share, spelled the same everywhere.
#pragma once

#include <string>

#include "cli/command.h"
#include "report/palette.h"

namespace asmforge {

struct OutputOptions {
  bool json = false;
  bool sarif = false;
  std::string color = "auto";  // auto, always, never
  bool verbose = false;
};

// --color
void add_color_option(CLI::App& app, OutputOptions& options);
// --json, --color
void add_answer_options(CLI::App& app, OutputOptions& options);
// --sarif, instead of --json, which must have been added
void add_sarif_option(CLI::App& app, OutputOptions& options);
// --json, --color, -v
void add_output_options(CLI::App& app, OutputOptions& options);
// Colour when asked for, or on a terminal unless NO_COLOR is set; box-drawing
// characters in a UTF-8 locale.
Palette palette_for(const OutputOptions& options, const Output& out);

struct InputOptions {
  std::string path;
  std::string debug_file;
  std::string compile_commands;  // -p: the folder of compile_commands.json
  std::string profile;           // --profile: written by `asmforge profile -o`
};

// FILE, --debug-file, -p
void add_input_options(CLI::App& app, InputOptions& options);
// --profile
void add_profile_option(CLI::App& app, InputOptions& options);

struct AssemblyOptions {
  bool att = false;
  bool no_source = false;
};

// --att, --intel, --no-source, and objdump's -d -C -S -l -M --no-show-raw-insn, so
// that what people have in their fingers works.
void add_assembly_options(CLI::App& app, AssemblyOptions& options);

inline constexpr std::string_view kCompilerTrailing = "-- COMPILER FLAGS...";

}  // namespace asmforge

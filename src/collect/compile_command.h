// Turns a compile command that people or build systems wrote into one that writes
// an object with debug info, and nothing else.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "collect/compile.h"
#include "core/result.h"

namespace asmforge {

using CommandLine = std::vector<std::string>;

struct ObjectCommand {
  CommandLine argv;
  std::vector<std::string> notes;  // what of the given command was left out
};

// `given` starts with the compiler and may already name the source and an output.
// In another form than an object it writes that form's text there. `text` is the source: a Rust
// file with fn main is a program, others are libraries.
ObjectCommand object_command(const CommandLine& given, SourceLanguage language,
                             const std::string& source, std::string_view text,
                             const std::string& object,
                             IntermediateForm form = IntermediateForm::kNone);

// The compiler this machine has for the language, with -O2 -g (Rust: opt-level 3).
Result<CommandLine> default_command(SourceLanguage language);

// What to install to get this program.
std::string how_to_install(std::string_view program);

// The compiler in PATH that a misspelt name seems to mean; empty when there is none, or
// when the name is a compiler's that is only not installed.
std::string compiler_spelled_alike(std::string_view program);

// A command as a shell splits it: blanks, quotes, backslashes. No variables, no globs.
CommandLine split_command(std::string_view line);

// Whether a Rust source defines fn main at its top.
bool has_rust_main(std::string_view text);

}  // namespace asmforge

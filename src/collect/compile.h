// A source file as input: compiled as it is told, into an object that is thrown away.
//
//   asmforge show file.cc fn -- clang++ -O3 -march=native     this command
//   asmforge show file.cc fn -p build                         build/compile_commands.json
//   asmforge show file.cc fn                                  clang++-19 -O2 -g and the like
//
// Whatever the command was made to write is replaced by one object with debug info;
// all that decides the code stays as it is.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/temp_dir.h"
#include "core/result.h"

namespace asmforge {

enum class SourceLanguage : std::uint8_t { kNone, kC, kCxx, kRust };

// By the suffix: .c; .cc .cpp .cxx .c++ .C; .rs. kNone: this is no source file.
SourceLanguage source_language(std::string_view path);

// What the compiler is asked for.
enum class IntermediateForm : std::uint8_t {
  kNone,  // an object
  kLlvm,  // LLVM's IR, as text
  kMir,   // rustc's MIR
};

struct CompileOptions {
  // What the user gave after "--". With a flag first, it follows the default compiler.
  std::vector<std::string> command;
  // -p: a compile_commands.json, or the folder that holds it. Not used with `command`.
  std::string database;
  std::string directory;  // where `command` is to be run; empty: here
  IntermediateForm form = IntermediateForm::kNone;
  std::chrono::milliseconds timeout = std::chrono::minutes(10);
  const std::atomic<bool>* interrupted = nullptr;
};

struct CompiledSource {
  std::string object_path;  // in `folder`; the text of another form
  std::string command;      // exactly what was run, quoted for a shell; -v prints it
  std::string directory;    // where it was run; empty: here
  std::vector<std::string> notes;
  std::shared_ptr<const TempDir> folder;  // the object is gone with the last copy of this
};

// Errors: kBadInput "FILE does not compile" with the compiler's messages as hint,
// starting with a line feed because they go below the sentence;
// kNotFound when the database has no entry for it; kUnavailable for a compiler that
// is not installed or takes too long.
Result<CompiledSource> compile_source(const std::string& path, const CompileOptions& options);

}  // namespace asmforge

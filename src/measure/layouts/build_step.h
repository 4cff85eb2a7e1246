// What was seen of one program of a build: a link, or a compile step that made one of
// its objects. Also the JSON that carries it from the process that saw it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "core/result.h"

namespace asmforge {

enum class InputKind : std::uint8_t {
  kObject,
  kGccLto,   // an object whose code is gcc's bytecode
  kBitcode,  // LLVM's
  kArchive,
  kSharedLibrary,
  kText,  // a linker script, or a list of symbols
};
std::string_view to_string(InputKind kind);
std::optional<InputKind> input_kind_from_string(std::string_view text);

struct StepInput {
  std::uint32_t argument = 0;  // index into LinkStep::argv
  std::string prefix;          // stands before the path in that argument
  std::string path;            // where it was
  std::string hash;            // content; a thin archive's is that of the whole one made of it
  InputKind kind = InputKind::kObject;
  bool stored = false;   // in the capture; false: the system's, used where it is
  bool by_path = false;  // the argument is to be replaced by the path: the search that
                         // found it is not every linker's
};

struct LinkStep {
  std::string linker;             // path
  std::vector<std::string> argv;  // its arguments, as LinkCommand has them
  std::string directory;
  std::vector<std::string> environment;
  std::string output;       // absolute
  std::string output_hash;  // when the build had ended; empty when it was gone by then
  bool relocatable = false;
  std::vector<StepInput> inputs;
};

enum class CompileTool : std::uint8_t {
  kAssembler,  // what gcc gave to `as`
  kClang,      // the driver or -cc1
};

struct CompileStep {
  CompileTool tool = CompileTool::kAssembler;
  std::string program;
  std::vector<std::string> argv;  // its arguments
  std::string directory;
  std::vector<std::string> environment;
  std::string output;           // absolute path of the object
  std::string assembly;         // hash of its assembly; empty when there is none
  std::string assembly_reason;  // why there is none
};

// How a source was compiled, for reading it as its compiler did.
struct SourceStep {
  std::string compiler;           // the driver, by the name it was started under
  std::vector<std::string> argv;  // arguments of gcc's cc1 or of clang
  std::string directory;
};

std::string to_json(const LinkStep& step);
std::string to_json(const CompileStep& step);
std::string to_json(const SourceStep& step);
Result<LinkStep> read_link_step(const JsonValue& json);
Result<CompileStep> read_compile_step(const JsonValue& json);
Result<SourceStep> read_source_step(const JsonValue& json);

}  // namespace asmforge

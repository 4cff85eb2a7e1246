#include "cli/make_intermediate.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "base/interrupt.h"
#include "base/text.h"
#include "cli/function_names.h"
#include "collect/intermediate.h"
#include "collect/source_lines.h"
#include "mc/demangle.h"
#include "measure/layouts/capture.h"
#include "transform/compile_unit.h"

namespace asmforge {
namespace {

std::string name_of(const FunctionView& view) { return printable(demangle(view.function.name)); }

// The file in which the function itself stands, as the debug information has it.
Result<std::string> source_of(const FunctionView& view) {
  std::vector<std::uint64_t> addresses;
  for (const Insn& insn : view.function.insns) addresses.push_back(insn.address);
  SourceLines lines(view.binary);
  AF_TRY(const std::vector<SourceLocation> located, lines.locate(addresses));
  for (const SourceLocation& location : located) {
    if (!location.known() || location.frames.back().file.empty()) continue;
    const SourceFrame& frame = location.frames.back();
    return (std::filesystem::path(frame.directory) / frame.file).lexically_normal().string();
  }
  return Error{
      ErrorCode::kBadInput,
      fmt::format("{}: no source is known of {}", printable(view.binary.path), name_of(view)),
      "build with -g, or name the source instead of the program"};
}

// gcc's steps are of no use here: it has no such form.
Result<CompileOptions> as_captured(const std::string& folder, const std::string& source) {
  AF_TRY(const Capture capture, open_capture(folder));
  for (const SourceStep& step : capture.sources) {
    if (step.compiler.find("clang") == step.compiler.npos) continue;
    if (!compiles(compile_unit(step.argv, step.directory), source)) continue;
    CompileOptions how;
    how.command = {step.compiler};
    how.command.insert(how.command.end(), step.argv.begin(), step.argv.end());
    how.directory = step.directory;
    return how;
  }
  return Error{
      ErrorCode::kNotFound,
      fmt::format("{}: no step of clang that compiled {}", printable(folder), printable(source)),
      "name flags after --, or capture a build from clean"};
}

struct Source {
  std::string path;
  CompileOptions how;
};

Result<Source> source_and_command(const FunctionView& view, const IntermediateRequest& request,
                                  const InputOptions& input, const Session& session) {
  Source source{input.path, {}};
  const bool program = source_language(input.path) == SourceLanguage::kNone;
  if (program) {
    AF_TRY(source.path, source_of(view));
  }
  if (source_language(source.path) == SourceLanguage::kNone)
    return Error{ErrorCode::kBadInput,
                 fmt::format("{} stands in {}, which no command compiles by itself", name_of(view),
                             printable(source.path)),
                 "name a source that includes it instead of the program"};
  if (!request.capture.empty()) {
    AF_TRY(source.how, as_captured(request.capture, source.path));
    return source;
  }
  source.how.command = session.trailing;
  source.how.database = input.compile_commands;
  if (program && source.how.command.empty() && source.how.database.empty())
    return Error{ErrorCode::kUsage,
                 fmt::format("it is not known how {} was compiled", printable(source.path)),
                 "name the compiler and its flags after --, or -p, or --capture"};
  return source;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

Result<IntermediateLines> make_intermediate(const FunctionView& view,
                                            const IntermediateRequest& request,
                                            const InputOptions& input, Session& session) {
  AF_TRY(Source source, source_and_command(view, request, input, session));
  source.how.interrupted = &interrupt_flag();
  AF_TRY(const IntermediateText text, intermediate_text(source.path, source.how, request.form));
  if (request.verbose) session.err.print("run {}\n", text.command);
  const std::string demangled = demangle(view.function.name);
  const std::vector<std::string> found = request.form == IntermediateForm::kMir
                                             ? definitions_in_mir(text.text, last_part(demangled))
                                             : definitions_in_llvm(text.text, view.function.name);
  if (found.empty())
    return Error{ErrorCode::kNotFound,
                 fmt::format("{} is not in what the compiler made of {}", name_of(view),
                             printable(source.path)),
                 "compile it with the flags of the program"};
  IntermediateLines result;
  for (const std::string& definition : found)
    for (std::string& line : lines_of(definition)) result.lines.push_back(std::move(line));
  if (found.size() > 1)
    result.notes.push_back(
        fmt::format("MIR has no symbols: {} functions have this name", found.size()));
  return result;
}

}  // namespace asmforge

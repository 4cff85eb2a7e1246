#include "measure/layouts/record_step.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "measure/layouts/build_step.h"
#include "measure/layouts/compile_command.h"
#include "measure/layouts/content_store.h"
#include "measure/layouts/intercept/tool_names.h"
#include "measure/layouts/link_command.h"
#include "measure/layouts/link_input.h"

namespace asmforge {
namespace {

namespace fs = std::filesystem;

// What can change what a compiler or linker makes; the rest of an environment is private.
constexpr std::array<std::string_view, 17> kVariables = {"PATH",
                                                         "LANG",
                                                         "LC_ALL",
                                                         "CPATH",
                                                         "C_INCLUDE_PATH",
                                                         "CPLUS_INCLUDE_PATH",
                                                         "LIBRARY_PATH",
                                                         "COMPILER_PATH",
                                                         "GCC_EXEC_PREFIX",
                                                         "COLLECT_GCC",
                                                         "COLLECT_GCC_OPTIONS",
                                                         "SOURCE_DATE_EPOCH",
                                                         "LD_RUN_PATH",
                                                         "LDEMULATION",
                                                         "GNUTARGET",
                                                         "CCC_OVERRIDE_OPTIONS",
                                                         "LD_LIBRARY_PATH"};

std::vector<std::string> kept_variables(const std::vector<std::string>& environment) {
  std::vector<std::string> kept;
  for (const std::string& variable : environment) {
    const std::string_view name = std::string_view(variable).substr(0, variable.find('='));
    if (std::find(kVariables.begin(), kVariables.end(), name) != kVariables.end())
      kept.push_back(variable);
  }
  return kept;
}

std::vector<std::string> without_program(const std::vector<std::string>& argv) {
  return {argv.begin() + (argv.empty() ? 0 : 1), argv.end()};
}

Result<Done> write_step(const std::string& folder, const std::string& json) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
  const std::string path = fmt::format("{}/steps/{:020}-{}.json", folder, nanoseconds, getpid());
  return write_whole_file(path, {reinterpret_cast<const std::uint8_t*>(json.data()), json.size()});
}

// ---- links ----

// A script named by -T may also be in a search folder.
std::string found_text(const LinkCommand& command, const LinkOperand& operand,
                       const std::string& directory) {
  std::error_code ignored;
  if (fs::exists(operand.name, ignored)) return operand.name;
  const std::string as_written = fs::path(operand.name).lexically_relative(directory).string();
  for (const std::string& folder : command.search_folders)
    if (std::string path = absolute_path(as_written, folder); fs::exists(path, ignored))
      return path;
  return operand.name;
}

// nullopt when the linker itself will say that the file is missing.
Result<std::optional<StepInput>> keep_operand(const LinkCommand& command,
                                              const LinkOperand& operand,
                                              const std::string& directory,
                                              const ContentStore& store) {
  StepInput input{.argument = operand.argument,
                  .prefix = operand.prefix,
                  .path = operand.name,
                  .hash = {},
                  .kind = InputKind::kText,
                  .stored = false,
                  .by_path = false};
  if (operand.kind == LinkOperand::Kind::kLibrary) {
    const std::optional<FoundLibrary> found = find_library(command, operand);
    if (!found) return std::optional<StepInput>();
    input.path = found->path;
    input.by_path = !found->in_search_folder;
  } else if (operand.kind == LinkOperand::Kind::kText) {
    input.path = found_text(command, operand, directory);
  }
  std::error_code ignored;
  if (!fs::is_regular_file(input.path, ignored)) return std::optional<StepInput>();
  AF_TRY(const KeptInput kept, keep_link_input(input.path, store));
  input.hash = kept.hash;
  input.kind = operand.kind == LinkOperand::Kind::kText ? InputKind::kText : kept.kind;
  input.stored = kept.stored;
  return std::optional(input);
}

Result<Done> record_link(const StartedTool& tool, const std::string& folder) {
  AF_TRY(const LinkCommand command, parse_link_command(tool.argv, tool.directory));
  const ContentStore store(folder + "/objects");
  LinkStep step{.linker = tool.program,
                .argv = command.argv,
                .directory = tool.directory,
                .environment = kept_variables(tool.environment),
                .output = command.output,
                .output_hash = {},
                .relocatable = command.relocatable,
                .inputs = {}};
  for (const LinkOperand& operand : command.operands) {
    AF_TRY(std::optional<StepInput> input, keep_operand(command, operand, tool.directory, store));
    if (input) step.inputs.push_back(std::move(*input));
  }
  // `ld --version` and its like.
  if (step.inputs.empty()) return Done{};
  return write_step(folder, to_json(step));
}

// ---- compile steps ----

Error no_copy(std::string_view what) {
  return {ErrorCode::kUnavailable,
          fmt::format("the assembler's input cannot be {}: {}", what, std::strerror(errno)), ""};
}

// Reads standard input to its end and puts a file with the same bytes in its place.
Result<std::string> keep_standard_input(const ContentStore& store) {
  std::vector<std::uint8_t> bytes;
  std::array<std::uint8_t, 65536> piece;
  while (true) {
    const ssize_t got = read(STDIN_FILENO, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return no_copy("read");
    if (got == 0) break;
    bytes.insert(bytes.end(), piece.begin(), piece.begin() + got);
  }
  const int copy = memfd_create("assembly", MFD_CLOEXEC);
  if (copy < 0) return no_copy("copied");
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t put = write(copy, bytes.data() + done, bytes.size() - done);
    if (put <= 0) return no_copy("copied");
    done += static_cast<std::size_t>(put);
  }
  if (lseek(copy, 0, SEEK_SET) != 0 || dup2(copy, STDIN_FILENO) < 0) return no_copy("copied");
  return store.keep(bytes);
}

Result<Done> record_assembly(const StartedTool& tool, const std::string& folder) {
  const std::vector<std::string> argv = without_program(tool.argv);
  const std::optional<AssemblerCommand> command = parse_assembler_command(argv);
  if (!command) return Done{};
  const ContentStore store(folder + "/objects");
  CompileStep step{
      .tool = CompileTool::kAssembler,
      .program = tool.program,
      .argv = argv,
      .directory = tool.directory,
      .environment = kept_variables(tool.environment),
      .output = absolute_path(command->output ? argv[*command->output] : "a.out", tool.directory),
      .assembly = {},
      .assembly_reason = {}};
  if (command->input) {
    AF_TRY(step.assembly, store.keep_file(absolute_path(argv[*command->input], tool.directory)));
  } else {
    AF_TRY(step.assembly, keep_standard_input(store));
  }
  return write_step(folder, to_json(step));
}

Result<Done> record_clang(const StartedTool& tool, const std::string& folder) {
  const std::vector<std::string> argv = without_program(tool.argv);
  const std::optional<ClangCommand> command = parse_clang_command(argv);
  if (!command) return Done{};
  const CompileStep step{.tool = CompileTool::kClang,
                         .program = tool.program,
                         .argv = argv,
                         .directory = tool.directory,
                         .environment = kept_variables(tool.environment),
                         .output = absolute_path(command->output, tool.directory),
                         .assembly = {},
                         .assembly_reason = {}};
  return write_step(folder, to_json(step));
}

Result<Done> record_gcc(const StartedTool& tool, const std::string& folder) {
  // cc1 does not know by which name gcc was called; its environment does.
  constexpr std::string_view kDriver = "COLLECT_GCC=";
  SourceStep step{.compiler = {}, .argv = without_program(tool.argv), .directory = tool.directory};
  for (const std::string& variable : tool.environment)
    if (variable.starts_with(kDriver)) step.compiler = variable.substr(kDriver.size());
  return write_step(folder, to_json(step));
}

}  // namespace

Result<Done> record_step(const StartedTool& tool, const std::string& folder) {
  switch (asmforge_tool_named(tool.program.c_str())) {
    case ASMFORGE_LINKER: return record_link(tool, folder);
    case ASMFORGE_ASSEMBLER: return record_assembly(tool, folder);
    case ASMFORGE_CLANG: return record_clang(tool, folder);
    case ASMFORGE_GCC: return record_gcc(tool, folder);
    case ASMFORGE_NO_TOOL: break;
  }
  return Done{};
}

}  // namespace asmforge

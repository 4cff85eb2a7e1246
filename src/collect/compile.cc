#include "collect/compile.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "base/mapped_file.h"
#include "base/process.h"
#include "collect/compile_command.h"
#include "collect/compile_database.h"

namespace asmforge {
namespace {

// Of a compiler's messages; the first error is the one to read.
constexpr std::size_t kMessageBytes = std::size_t{16} << 10;

struct Suffix {
  std::string_view suffix;
  SourceLanguage language;
};
constexpr Suffix kSuffixes[] = {
    {".c", SourceLanguage::kC},     {".cc", SourceLanguage::kCxx},  {".cpp", SourceLanguage::kCxx},
    {".cxx", SourceLanguage::kCxx}, {".c++", SourceLanguage::kCxx}, {".C", SourceLanguage::kCxx},
    {".rs", SourceLanguage::kRust},
};

// What is to be run, where, on which name of the source.
struct Plan {
  CommandLine command;
  std::string directory;
  std::string source;
  std::vector<std::string> notes;
};

Result<Plan> make_plan(const std::string& path, const CompileOptions& options) {
  Plan plan{options.command, options.directory, path, {}};
  if (!plan.command.empty() && !plan.command[0].starts_with('-')) return plan;
  if (plan.command.empty() && !options.database.empty()) {
    AF_TRY(DatabaseEntry entry, find_in_database(options.database, path));
    if (entry.count > 1) {
      plan.notes.push_back(fmt::format("{} is compiled {} times in {}; this is the first", path,
                                       entry.count, options.database));
    }
    plan.command = std::move(entry.command);
    plan.directory = std::move(entry.directory);
    plan.source = std::move(entry.file);
    return plan;
  }
  AF_TRY(plan.command, default_command(source_language(path)));
  plan.command.insert(plan.command.end(), options.command.begin(), options.command.end());
  return plan;
}

// The messages, below the sentence, with what could drive a terminal taken out.
std::string readable(std::string messages, bool cut) {
  for (char& c : messages) {
    const bool control = static_cast<unsigned char>(c) < ' ' || c == '\x7f';
    if (control && c != '\n' && c != '\t') c = '?';
  }
  while (messages.ends_with('\n')) messages.pop_back();
  if (cut) messages += "\n(the compiler said more)";
  return messages.empty() ? messages : "\n" + messages;
}

Error failure(const std::string& path, const std::string& compiler, const ProcessResult& run) {
  const std::string messages = readable(run.errors + run.output, run.errors_cut || run.output_cut);
  if (run.timed_out) {
    return Error{ErrorCode::kUnavailable, fmt::format("compiling {} {}", path, run.ending()),
                 messages};
  }
  if (run.signal != 0) {
    return Error{ErrorCode::kBadInput,
                 fmt::format("{} does not compile: {} {}", path, compiler, run.ending()), messages};
  }
  if (messages.empty()) {
    return Error{
        ErrorCode::kBadInput,
        fmt::format("{} does not compile: {} {} and said nothing", path, compiler, run.ending()),
        "name a compiler after --"};
  }
  return Error{ErrorCode::kBadInput, path + " does not compile", messages};
}

}  // namespace

SourceLanguage source_language(std::string_view path) {
  for (const Suffix& row : kSuffixes) {
    if (path.ends_with(row.suffix)) return row.language;
  }
  return SourceLanguage::kNone;
}

namespace {

// Before a compiler says it in words of its own.
Result<Done> check_form(const std::string& path, const CommandLine& command,
                        IntermediateForm form) {
  const bool rust = source_language(path) == SourceLanguage::kRust;
  if (form == IntermediateForm::kMir && !rust)
    return Error{ErrorCode::kUsage, path + ": only rustc has MIR", "try --llvm"};
  const std::string program = std::filesystem::path(command.front()).filename().string();
  if (form == IntermediateForm::kLlvm && !rust &&
      (program.find("gcc") != program.npos || program.starts_with("g++")))
    return Error{ErrorCode::kUsage, program + " has no LLVM IR", "name a clang after --"};
  return Done{};
}

}  // namespace

Result<CompiledSource> compile_source(const std::string& path, const CompileOptions& options) {
  const SourceLanguage language = source_language(path);
  AF_CHECK(language != SourceLanguage::kNone);
  AF_TRY(const auto text, MappedFile::open(path));
  AF_TRY(Plan plan, make_plan(path, options));
  AF_TRY([[maybe_unused]] const Done can, check_form(path, plan.command, options.form));
  CompiledSource compiled;
  AF_TRY(compiled.folder, TempDir::create());
  compiled.object_path =
      compiled.folder->path() + "/" + std::filesystem::path(path).stem().string() + ".o";
  const std::string_view bytes(reinterpret_cast<const char*>(text->bytes().data()),
                               text->bytes().size());
  ObjectCommand command = object_command(plan.command, language, plan.source, bytes,
                                         compiled.object_path, options.form);
  compiled.notes = std::move(plan.notes);
  std::ranges::move(command.notes, std::back_inserter(compiled.notes));
  compiled.command = shell_quoted(command.argv);
  compiled.directory = plan.directory;

  ProcessOptions process;
  process.argv = command.argv;
  process.working_directory = plan.directory;
  process.capture_bytes = kMessageBytes;
  process.timeout = options.timeout;
  process.interrupted = options.interrupted;
  Result<ProcessResult> run = run_process(process);
  if (!run && run.error().code == ErrorCode::kUnavailable) {
    const std::string near = compiler_spelled_alike(command.argv[0]);
    if (!near.empty())
      return Error{
          ErrorCode::kUsage,
          fmt::format("no compiler '{}' in PATH (did you mean '{}'?)", command.argv[0], near),
          "the compiler's name comes first after --"};
    return Error{ErrorCode::kUnavailable, run.error().what, how_to_install(command.argv[0])};
  }
  if (!run) return run.error();
  if (!run->succeeded()) return failure(path, command.argv[0], *run);
  std::error_code missing;
  if (std::filesystem::file_size(compiled.object_path, missing) == 0 || missing) {
    return Error{ErrorCode::kBadInput,
                 fmt::format("{} wrote no object for {}", command.argv[0], path),
                 "the command was: " + compiled.command};
  }
  return compiled;
}

}  // namespace asmforge

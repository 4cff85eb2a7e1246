#include "measure/layouts/capture_build.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "base/content_hash.h"
#include "base/helper_file.h"
#include "base/json.h"
#include "base/parallel.h"
#include "base/temp_dir.h"
#include "measure/layouts/compile_command.h"
#include "measure/layouts/content_store.h"

namespace asmforge {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNotesShown = 8;  // of steps that could not be kept

// The capture while it is made, beside where it will be; removed unless it is finished.
class Staging {
 public:
  static Result<Staging> make(const std::string& target) {
    Staging staging;
    std::error_code failed;
    staging.target_ = fs::absolute(target, failed).lexically_normal().string();
    while (staging.target_.ends_with('/')) staging.target_.pop_back();
    const bool is_capture = fs::exists(staging.target_ + "/capture.json", failed);
    if (fs::exists(staging.target_, failed) && !is_capture &&
        !(fs::is_directory(staging.target_, failed) && fs::is_empty(staging.target_, failed)))
      return Error{ErrorCode::kUsage, fmt::format("{}: is there already and is no capture", target),
                   "choose another name for -o"};
    std::string path = staging.target_ + ".XXXXXX";
    if (mkdtemp(path.data()) == nullptr)
      return Error{ErrorCode::kUnavailable, fmt::format("no folder can be made beside {}", target),
                   "check that its folder exists and can be written"};
    staging.path_ = path;
    fs::permissions(path,
                    fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec |
                        fs::perms::others_read | fs::perms::others_exec,
                    failed);
    fs::create_directory(path + "/steps", failed);
    if (!failed) fs::create_directory(path + "/objects", failed);
    if (failed)
      return Error{ErrorCode::kUnavailable,
                   fmt::format("{}: cannot be written: {}", path, failed.message()), ""};
    return staging;
  }
  Staging(Staging&& other) noexcept
      : path_(std::exchange(other.path_, {})), target_(std::move(other.target_)) {}
  Staging& operator=(Staging&&) = delete;
  ~Staging() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const std::string& target() const { return target_; }

  // Takes the target's place.
  Result<Done> finish() {
    std::error_code failed;
    fs::remove_all(path_ + "/steps", failed);
    fs::remove_all(target_, failed);
    fs::rename(path_, target_, failed);
    if (failed)
      return Error{ErrorCode::kUnavailable,
                   fmt::format("{}: cannot be written: {}", target_, failed.message()), ""};
    path_.clear();
    return Done{};
  }

 private:
  Staging() = default;
  std::string path_;
  std::string target_;
};

std::vector<std::string> watched_environment(const std::string& library,
                                             const std::string& folder) {
  std::vector<std::string> environment;
  std::string preload = "LD_PRELOAD=" + library;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    if (text.starts_with("ASMFORGE_CAPTURE=")) continue;
    if (text.starts_with("LD_PRELOAD=")) {
      preload += fmt::format(":{}", text.substr(text.find('=') + 1));
      continue;
    }
    environment.emplace_back(text);
  }
  environment.push_back(preload);
  environment.push_back("ASMFORGE_CAPTURE=" + folder);
  return environment;
}

Result<ProcessResult> run_build(const CaptureRequest& request, const std::string& folder) {
  AF_TRY(const std::string library, helper_file("asmforge_intercept.so"));
  AF_TRY(const std::string recorder, helper_file("asmforge_record"));
  if (library.find_first_of(" :") != std::string::npos)
    return Error{ErrorCode::kUnavailable,
                 fmt::format("{} cannot be preloaded: its path has a blank or a colon", library),
                 "install asmforge elsewhere"};
  const std::optional<std::string> program = find_program(request.command.front());
  if (!program)
    return Error{ErrorCode::kUnavailable, request.command.front() + " was not found",
                 "install it, or check PATH"};
  // The build command may be a tool itself, and we have no library in us that sees it start.
  std::vector<std::string> argv = {recorder, *program};
  argv.insert(argv.end(), request.command.begin(), request.command.end());
  return run_process({.argv = argv,
                      .environment = watched_environment(library, folder),
                      .working_directory = request.working_directory,
                      .input = {},
                      .inherit_input = false,
                      .output = request.output,
                      .errors = request.output,
                      .interrupted = request.interrupted});
}

// ---- from the steps' files to a capture ----

struct Steps {
  std::vector<LinkStep> links;
  std::vector<CompileStep> compiles;
  std::vector<SourceStep> sources;
  std::vector<std::string> failures;
};

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Of several steps with one output the last stands: a wrapper and the linker that it
// becomes, or a file that the build made twice.
template <class Step>
void add_last(std::vector<Step>& steps, Step step) {
  std::erase_if(steps, [&](const Step& known) { return known.output == step.output; });
  steps.push_back(std::move(step));
}

Result<Steps> read_steps(const std::string& folder) {
  std::vector<fs::path> files;
  std::error_code failed;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder + "/steps", failed))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());  // their names begin with the time
  Steps steps;
  for (const fs::path& file : files) {
    if (file.extension() == ".failed") steps.failures.push_back(text_of(file));
    if (file.extension() != ".json") continue;
    AF_TRY(const JsonValue json, read_json_file(file.string()));
    const JsonValue* kind = json.find("step");
    const std::string_view name =
        kind == nullptr || kind->string() == nullptr ? std::string_view() : *kind->string();
    if (name == "link") {
      AF_TRY(LinkStep link, read_link_step(json));
      add_last(steps.links, std::move(link));
    } else if (name == "source") {
      AF_TRY(SourceStep source, read_source_step(json));
      steps.sources.push_back(std::move(source));
    } else {
      AF_TRY(CompileStep compile, read_compile_step(json));
      add_last(steps.compiles, std::move(compile));
    }
  }
  return steps;
}

// CMake's questions to the compiler link programs that it leaves there.
bool is_question(const std::string& output) {
  return output.find("/CMakeFiles/") != std::string::npos;
}

// Links whose output is still there: the others were a configure script's questions.
void keep_lasting_links(Steps& steps) {
  std::error_code ignored;
  std::erase_if(steps.links, [&](LinkStep& link) {
    if (is_question(link.output) || !fs::is_regular_file(link.output, ignored)) return true;
    const Result<std::string> hash = content_hash_of_file(link.output);
    if (hash) link.output_hash = *hash;
    return !hash.has_value();
  });
  std::erase_if(steps.sources,
                [](const SourceStep& step) { return is_question(step.directory + "/"); });
  std::set<std::string> linked;
  for (const LinkStep& link : steps.links)
    for (const StepInput& input : link.inputs) linked.insert(input.path);
  std::erase_if(steps.compiles, [&](const CompileStep& step) {
    return !linked.contains(step.output) && !fs::is_regular_file(step.output, ignored);
  });
}

void ask_for_assembly(CompileStep& step, const std::string& scratch, const ContentStore& store,
                      const std::atomic<bool>* interrupted) {
  std::vector<std::string> argv = clang_to_assembly(step.argv, scratch);
  argv.insert(argv.begin(), step.program);
  const Result<ProcessResult> run = run_process({.argv = argv,
                                                 .environment = step.environment,
                                                 .working_directory = step.directory,
                                                 .input = {},
                                                 .interrupted = interrupted});
  std::error_code ignored;
  if (!run || !run->succeeded()) {
    step.assembly_reason = fmt::format("clang, asked again for assembly, {}",
                                       run ? run->ending() : "could not be run");
    return;
  }
  const Result<std::string> kept = store.keep_file(scratch);
  fs::remove(scratch, ignored);
  if (kept) {
    step.assembly = *kept;
  } else {
    step.assembly_reason = "clang, asked again for assembly, wrote none";
  }
}

Result<Done> ask_clang(const CaptureRequest& request, const Staging& staging,
                       std::vector<CompileStep>& compiles) {
  std::vector<CompileStep*> clang;
  for (CompileStep& step : compiles)
    if (step.tool == CompileTool::kClang) clang.push_back(&step);
  AF_TRY(const auto scratch, TempDir::create());
  const ContentStore store(staging.path() + "/objects");
  std::atomic<std::size_t> done{0};
  parallel_for(clang.size(), available_threads(), [&](unsigned, std::size_t i) {
    if (request.interrupted != nullptr && request.interrupted->load()) return;
    ask_for_assembly(*clang[i], fmt::format("{}/{}.s", scratch->path(), i), store,
                     request.interrupted);
    if (request.progress) request.progress(++done, clang.size());
  });
  if (request.interrupted != nullptr && request.interrupted->load())
    return Error{ErrorCode::kInterrupted, "the capture was interrupted", ""};
  return Done{};
}

// Contents that only dropped steps had read.
void remove_unused(const std::string& folder, const Steps& steps) {
  std::set<std::string> used;
  for (const LinkStep& link : steps.links)
    for (const StepInput& input : link.inputs) used.insert(input.hash);
  for (const CompileStep& step : steps.compiles) used.insert(step.assembly);
  std::error_code ignored;
  std::vector<fs::path> unused;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder + "/objects", ignored))
    if (!used.contains(entry.path().filename().string())) unused.push_back(entry.path());
  for (const fs::path& path : unused) fs::remove(path, ignored);
}

Error no_link(const Steps& steps, const std::vector<std::string>& command) {
  const std::string line = shell_quoted(command);
  if (!steps.failures.empty())
    return {ErrorCode::kUnavailable,
            fmt::format("no link of '{}' could be kept: {}", line, steps.failures.front()), ""};
  if (!steps.compiles.empty())
    return {ErrorCode::kBadInput,
            fmt::format("'{}' compiled {} files and linked none", line, steps.compiles.size()),
            "capture the command that links"};
  return {ErrorCode::kBadInput, fmt::format("'{}' started no linker that could be watched", line),
          "it may have had nothing to do (clean first), or its tools are static programs, which "
          "load no library, or run elsewhere"};
}

}  // namespace

Result<CapturedBuild> capture_build(const CaptureRequest& request) {
  AF_TRY(Staging staging, Staging::make(request.directory));
  CapturedBuild captured;
  AF_TRY(captured.build, run_build(request, staging.path()));
  if (!captured.build.succeeded()) return captured;

  AF_TRY(Steps steps, read_steps(staging.path()));
  const std::size_t seen = steps.links.size();
  keep_lasting_links(steps);
  if (steps.links.empty()) {
    if (seen != 0)
      return Error{
          ErrorCode::kBadInput,
          fmt::format("'{}' removed everything that it linked", shell_quoted(request.command)),
          "capture a command that leaves the program"};
    return no_link(steps, request.command);
  }
  if (request.assembly) {
    AF_TRY([[maybe_unused]] const Done asked, ask_clang(request, staging, steps.compiles));
  } else {
    for (CompileStep& step : steps.compiles) {
      step.assembly.clear();
      step.assembly_reason = "the build was captured without assembly";
    }
  }
  remove_unused(staging.path(), steps);
  // Those that were gcc's have no others; clang's are of its own steps.
  for (const CompileStep& step : steps.compiles)
    if (step.tool == CompileTool::kClang)
      steps.sources.push_back({step.program, step.argv, step.directory});

  Capture& capture = captured.capture;
  capture.directory = staging.path();
  capture.command = request.command;
  std::error_code ignored;
  capture.built_in = request.working_directory.empty() ? fs::current_path(ignored).string()
                                                       : request.working_directory;
  capture.links = std::move(steps.links);
  capture.compiles = std::move(steps.compiles);
  capture.sources = std::move(steps.sources);
  for (const std::string& failure : steps.failures) {
    if (capture.notes.size() == kNotesShown) break;
    capture.notes.push_back("not kept: " + failure);
  }
  AF_TRY([[maybe_unused]] const Done written, write_capture(capture));
  AF_TRY([[maybe_unused]] const Done finished, staging.finish());
  capture.directory = staging.target();
  return captured;
}

}  // namespace asmforge

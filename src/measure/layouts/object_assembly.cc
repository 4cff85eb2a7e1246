#include "measure/layouts/object_assembly.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "base/content_hash.h"
#include "base/mapped_file.h"
#include "base/process.h"
#include "measure/layouts/compile_command.h"
#include "measure/layouts/content_store.h"
#include "measure/layouts/object_text.h"

namespace asmforge {
namespace {

namespace fs = std::filesystem;

std::string file_name(const std::string& path) { return fs::path(path).filename().string(); }

// Steps that may have made the object, the likeliest first: archives keep no folders.
std::vector<const CompileStep*> possible_steps(const Capture& capture, const LinkStep& link,
                                               const ChangedObject& object) {
  const std::string& path = link.inputs[object.place.input].path;
  std::vector<const CompileStep*> steps;
  for (const CompileStep& step : capture.compiles) {
    const bool same_name = object.name.ends_with(fmt::format("({})", file_name(step.output)));
    if (object.place.member ? same_name : step.output == path) steps.push_back(&step);
  }
  return steps;
}

Error unavailable_error(std::string what) { return {ErrorCode::kUnavailable, std::move(what), ""}; }

// Compilers name themselves; a person who writes assembly does not.
bool is_compiled(const std::string& text) { return text.find("\t.ident\t") != std::string::npos; }

bool is_of_rust(const ChangedObject& object) {
  return object.name.find(".rcgu.o") != std::string::npos;
}

Result<std::string> read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (file.bad() || !file.is_open())
    return Error{ErrorCode::kBadInput, fmt::format("{}: cannot be read", path),
                 "capture the build again"};
  return text;
}

}  // namespace

Result<std::vector<std::uint8_t>> Assembler::assemble(const CompileStep& step,
                                                      const std::string& text) const {
  const std::string identity =
      fmt::format("{}\n{}\n{}", step.program, shell_quoted(step.argv), text);
  const std::string path = fmt::format(
      "{}/assembled/{}.o", directory_,
      content_hash({reinterpret_cast<const std::uint8_t*>(identity.data()), identity.size()}));
  std::error_code failed;
  if (!fs::exists(path, failed)) {
    fs::create_directories(fs::path(path).parent_path(), failed);
    // Both builds may need the same object at the same time.
    static std::atomic<unsigned> number{0};
    const std::string own = fmt::format("{}.{}-{}", path, getpid(), number++);
    const std::string input = own + ".s";
    const std::string partial = own + ".partial";
    AF_TRY(
        [[maybe_unused]] const Done written,
        write_whole_file(input, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}));
    std::vector<std::string> argv = step.tool == CompileTool::kClang
                                        ? clang_from_assembly(step.argv, input, partial)
                                        : assembler_again(step.argv, input, partial);
    argv.insert(argv.begin(), step.program);
    const Result<ProcessResult> run = run_process({.argv = argv,
                                                   .environment = step.environment,
                                                   .working_directory = directory_,
                                                   .input = {},
                                                   .interrupted = interrupted_});
    fs::remove(input, failed);
    if (!run) return run.error();
    if (!run->succeeded()) {
      fs::remove(partial, failed);
      return unavailable_error(
          fmt::format("{} {} on the assembly of {}: {}", file_name(step.program), run->ending(),
                      file_name(step.output), run->errors.substr(0, run->errors.find('\n'))));
    }
    fs::rename(partial, path, failed);
  }
  AF_TRY(const auto file, MappedFile::open(path));
  return std::vector<std::uint8_t>(file->bytes().begin(), file->bytes().end());
}

Result<ObjectAssembly> find_assembly(const Capture& capture, const LinkStep& link,
                                     const ChangedObject& object, const Assembler& assembler) {
  if (is_of_rust(object))
    return unavailable_error(
        fmt::format("{} was made by rustc, which gives no assembly of it", object.name));
  AF_TRY(const std::vector<std::uint8_t> bytes, object_bytes(capture, link, object.place));
  AF_TRY(const std::vector<std::uint8_t> wanted, comparable_code(bytes));
  Error why = unavailable_error(fmt::format(
      "no compile step of {} was seen (a compiler cache may have answered)", object.name));
  for (const CompileStep* step : possible_steps(capture, link, object)) {
    if (step->assembly.empty()) {
      why = unavailable_error(
          fmt::format("there is no assembly of {}: {}", object.name, step->assembly_reason));
      continue;
    }
    AF_TRY(std::string text, read_text(capture.content_path(step->assembly)));
    if (!is_compiled(text)) {
      why = unavailable_error(fmt::format("{} was written in assembly", object.name));
      continue;
    }
    const Result<std::vector<std::uint8_t>> assembled = assembler.assemble(*step, text);
    if (!assembled && assembled.error().code != ErrorCode::kUnavailable) return assembled.error();
    if (!assembled) {
      why = assembled.error();
      continue;
    }
    AF_TRY(const std::vector<std::uint8_t> code, comparable_code(*assembled));
    if (code == wanted) return ObjectAssembly{.step = step, .text = std::move(text)};
    why = unavailable_error(
        fmt::format("the assembly of {} does not give the code that was linked", object.name));
  }
  return why;
}

}  // namespace asmforge

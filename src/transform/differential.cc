#include "transform/differential.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <vector>

#include "base/helper_file.h"
#include "base/process.h"
#include "base/temp_dir.h"

namespace asmforge {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kInputs = 600;
constexpr std::uint64_t kSanitizedInputs = 150;
// Of each way in which the arguments lie; with fewer, nothing was tried.
constexpr std::uint64_t kLeastInputs = 20;
constexpr std::chrono::seconds kLongest{120};

// Why such a function cannot be called; empty when it can.
std::string reason_not_to_call(const DifferentialRequest& request) {
  if (fs::path(request.before).extension() != ".c") return "it is not C";
  for (const Parameter& parameter : request.function.parameters)
    if (parameter.kind == ParameterKind::kOther)
      return "a parameter of it is neither a number nor a pointer to numbers";
  return {};
}

// The translation unit around a version of the source.
std::string wrapper(const FunctionDefinition& function, const std::string& source) {
  std::string arguments;
  std::string kinds;
  std::string sizes;
  for (std::size_t i = 0; i < function.parameters.size(); ++i) {
    const Parameter& parameter = function.parameters[i];
    const bool integer = parameter.kind == ParameterKind::kInteger;
    const bool floating = parameter.kind == ParameterKind::kFloat;
    if (i > 0) arguments += ", ";
    arguments +=
        fmt::format("{}[{}]", integer ? "integers" : (floating ? "floats" : "(void*)pointers"), i);
    kinds += integer ? 'i' : (floating ? 'f' : 'p');
    sizes += fmt::format("{}, ", parameter.size);
  }
  const std::string call = fmt::format("{}({})", function.name, arguments);
  const std::string keep = function.returns_number
                               ? fmt::format(
                                     "  __auto_type value = {};\n"
                                     "  __builtin_memcpy(result, &value, sizeof value);\n",
                                     call)
                               : fmt::format("  {};\n", call);
  return fmt::format(
      "#define main asmforge_main_of_the_program\n"
      "#include \"{}\"\n"
      "#undef main\n"
      "const int asmforge_parameters = {};\n"
      "const char asmforge_kinds[] = \"{}\";\n"
      "const unsigned asmforge_sizes[] = {{{}0}};\n"
      "void asmforge_call(unsigned char** pointers, const long long* integers,\n"
      "                   const double* floats, unsigned char* result) {{\n"
      "  (void)pointers, (void)integers, (void)floats, (void)result;\n"
      "{}}}\n",
      source, function.parameters.size(), kinds, sizes, keep);
}

class Bench {
 public:
  Bench(const DifferentialRequest& request, std::string folder, std::string driver)
      : request_(request), folder_(std::move(folder)), driver_(std::move(driver)) {}

  // What a version prints; none when it cannot be compiled.
  Result<std::optional<std::string>> outcome(const std::string& source,
                                             const std::vector<std::string>& flags,
                                             bool sanitized) {
    const std::string text = folder_ + "/wrapper.c";
    const std::string program = folder_ + "/program";
    std::ofstream(text) << wrapper(request_.function, source);
    AF_TRY(const ProcessResult compiled, run(compile_command(text, program, flags, sanitized)));
    if (!compiled.succeeded()) return std::optional<std::string>();
    const std::uint64_t inputs = sanitized ? kSanitizedInputs : kInputs;
    AF_TRY(ProcessResult done,
           run({program, fmt::format("{}", request_.seed % 1000000), fmt::format("{}", inputs)}));
    if (!done.succeeded()) return std::optional<std::string>();
    return std::optional<std::string>(std::move(done.output));
  }

 private:
  Result<ProcessResult> run(const std::vector<std::string>& argv) {
    return run_process({.argv = argv,
                        .environment = {},
                        .working_directory = request_.unit.directory,
                        .input = {},
                        .errors = OutputMode::kDiscard,
                        .timeout = kLongest,
                        .interrupted = request_.interrupted});
  }

  [[nodiscard]] std::vector<std::string> compile_command(const std::string& text,
                                                         const std::string& program,
                                                         const std::vector<std::string>& flags,
                                                         bool sanitized) const {
    std::vector<std::string> argv = {request_.unit.compiler};
    argv.insert(argv.end(), request_.unit.arguments.begin(), request_.unit.arguments.end());
    argv.insert(argv.end(), flags.begin(), flags.end());
    if (sanitized)
      argv.insert(argv.end(), {"-fsanitize=address,undefined", "-fno-sanitize-recover=all"});
    // What it calls elsewhere is not there: an input that needs it fails, in both versions.
    argv.insert(argv.end(), {"-w", "-no-pie", "-Wl,--unresolved-symbols=ignore-all", text,
                             // The arguments may name a language; an archive has none.
                             "-x", "none", driver_, "-lm", "-o", program});
    return argv;
  }

  const DifferentialRequest& request_;
  std::string folder_;
  std::string driver_;
};

struct Line {
  std::string_view relation;
  std::string_view outcome;  // "done" or "failed"
  std::string_view hash;
};

std::string_view word_from(std::string_view& text, char end) {
  const std::size_t at = std::min(text.find(end), text.size());
  const std::string_view word = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return word;
}

Line next_line(std::string_view& text) {
  std::string_view line = word_from(text, '\n');
  Line parsed;
  parsed.relation = word_from(line, ' ');
  parsed.outcome = word_from(line, ' ');
  parsed.hash = line;
  return parsed;
}

std::string words_of(std::string_view relation) {
  if (relation == "overlapping") return "when what its pointers lead to overlaps";
  if (relation == "same") return "when its pointers lead to the same place";
  return "even when its pointers lead to places apart";
}

}  // namespace

DifferentialResult judge_runs(std::string_view before, std::string_view after) {
  std::map<std::string_view, std::uint64_t> taken = {{"apart", 0}, {"overlapping", 0}, {"same", 0}};
  DifferentialResult result;
  while (!before.empty()) {
    const Line first = next_line(before);
    const Line second = next_line(after);
    if (first.relation != second.relation)
      return {DifferentialKind::kUnknown, 0, "the two versions were not tried alike"};
    if (first.outcome != "done") continue;
    ++taken[first.relation];
    ++result.inputs;
    if (second.outcome == "done" && second.hash == first.hash) continue;
    result.kind = DifferentialKind::kDiffers;
    result.words = fmt::format("{} {}", second.outcome == "done" ? "gives other results" : "fails",
                               words_of(first.relation));
    return result;
  }
  for (const auto& [relation, count] : taken)
    if (count < kLeastInputs)
      return {DifferentialKind::kUnknown, result.inputs,
              "it fails on nearly all of the arguments that were tried"};
  result.kind = DifferentialKind::kEqual;
  return result;
}

Result<DifferentialResult> compare_functions(const DifferentialRequest& request) {
  const auto unknown = [](std::string why) {
    return DifferentialResult{DifferentialKind::kUnknown, 0, std::move(why)};
  };
  if (const std::string why = reason_not_to_call(request); !why.empty()) return unknown(why);
  if (request.unit.compiler.empty()) return unknown("how it was compiled is not known");
  AF_TRY(const std::string driver, helper_file("libasmforge_differential.a"));
  AF_TRY(const auto folder, TempDir::create());
  Bench bench(request, folder->path(), driver);
  DifferentialResult plain;
  for (const bool sanitized : {false, true}) {
    AF_TRY(const std::optional<std::string> before, bench.outcome(request.before, {}, sanitized));
    if (!before) return unknown("it cannot be compiled by itself");
    AF_TRY(const std::optional<std::string> after,
           bench.outcome(request.after, request.flags_after, sanitized));
    if (!after) return unknown("with the change it cannot be compiled by itself");
    DifferentialResult result = judge_runs(*before, *after);
    if (sanitized && result.kind == DifferentialKind::kDiffers)
      result.words += ", as a sanitizer finds";
    if (result.kind == DifferentialKind::kDiffers) return result;
    // Sanitizers stop many an input, so that too few are left to say more.
    if (!sanitized) plain = std::move(result);
  }
  return plain;
}

}  // namespace asmforge

#include "cli/expectations.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "audit/predicates.h"
#include "cli/select_function.h"
#include "collect/open.h"
#include "collect/source_lines.h"
#include "core/predicate.h"
#include "mc/demangle.h"

namespace asmforge {
namespace {

// A build with what is asked of it; must not move, the analyser refers to the binary.
struct Build {
  const Binary& binary;
  FunctionAnalyser analyser;
  SourceLines lines;
  // What cannot be read is unknown; loops are then matched by what else is known.
  SourceOfAddress source = [this](std::uint64_t address) {
    const auto found = lines.locate({&address, 1});
    return found ? found->front() : SourceLocation();
  };
  Build(const Build&) = delete;
  Build& operator=(const Build&) = delete;
  explicit Build(const Binary& of) : binary(of), analyser(of), lines(of) {}
};

// The function of that name: the symbol itself, or, where hashes in it change from build
// to build, the demangled name. Several that are alike are as good as none.
std::optional<std::uint32_t> same_function(const Binary& binary, std::string_view symbol) {
  std::vector<std::uint32_t> found;
  for (std::uint32_t i = 0; i < binary.functions.size(); ++i)
    if (binary.functions[i].name == symbol) found.push_back(i);
  if (found.empty()) {
    const std::string name = demangle(symbol);
    if (name != symbol)
      for (std::uint32_t i = 0; i < binary.functions.size(); ++i)
        if (demangle(binary.functions[i].name) == name) found.push_back(i);
  }
  if (found.size() != 1) return std::nullopt;
  return found.front();
}

Result<Binary> open_program(const std::string& path) {
  AF_TRY(std::vector<Binary> opened, open_input(path, {}));
  return std::move(opened.front());
}

Result<StatedPrediction> judge(const std::string& line, Build& before, Build& after) {
  AF_TRY(Predicate predicate, parse_predicate(line));
  AF_TRY(const FunctionRef ref, select_function({&before.binary, 1}, predicate.function));
  predicate.function = before.binary.functions[ref.function].name;
  const FunctionView old_view = before.analyser.analyse(ref.function);
  const auto index = same_function(after.binary, predicate.function);
  std::optional<FunctionView> new_view;
  if (index) new_view.emplace(after.analyser.analyse(*index));
  StatedPrediction stated;
  stated.statement = line;
  stated.result =
      evaluate(predicate, old_view, new_view ? &*new_view : nullptr, before.source, after.source);
  if (!stated.result.before || *stated.result.before != predicate.before)
    return Error{ErrorCode::kBadInput, fmt::format("--expect '{}': {}", line, stated.result.reason),
                 fmt::format("see 'asmforge audit {0}' or 'asmforge show {0} FUNCTION'",
                             before.binary.path)};
  return stated;
}

}  // namespace

Result<std::vector<StatedPrediction>> judge_expectations(const std::vector<std::string>& lines,
                                                         const std::string& before,
                                                         const std::string& after) {
  std::vector<StatedPrediction> predictions;
  if (lines.empty()) return predictions;
  AF_TRY(const Binary old_binary, open_program(before));
  AF_TRY(const Binary new_binary, open_program(after));
  Build old_build(old_binary);
  Build new_build(new_binary);
  for (const std::string& line : lines) {
    AF_TRY(StatedPrediction prediction, judge(line, old_build, new_build));
    predictions.push_back(std::move(prediction));
  }
  return predictions;
}

}  // namespace asmforge

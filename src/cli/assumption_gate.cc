#include "cli/assumption_gate.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <string_view>

#include "cli/project_profile.h"
#include "transform/differential.h"
#include "transform/source_map.h"

namespace asmforge {
namespace {

namespace fs = std::filesystem;

const CompileUnit* unit_of(const std::vector<CompileUnit>& units, const std::string& path) {
  for (const CompileUnit& unit : units)
    if (compiles(unit, path)) return &unit;
  return nullptr;
}

}  // namespace

Result<std::string> try_assumption(const AssumptionToTry& assumption,
                                   const std::atomic<bool>* interrupted) {
  const auto unknown = [](std::string_view why) {
    return fmt::format("what it asserts could not be tried: {}", why);
  };
  const Assumption& asserted = assumption.assumption;
  AF_TRY(const Capture capture, open_capture(assumption.capture));
  const std::vector<CompileUnit> units = units_of(capture);
  const fs::path after = fs::path(assumption.tree) / asserted.file;
  const CompileUnit* unit = unit_of(units, after.string());
  if (unit == nullptr) return unknown("how its file was compiled is not known");
  // Beside the other version, so that both include the same files.
  const fs::path before = after.parent_path() / ("asmforge-before-" + after.filename().string());
  AF_TRY(const std::string text, assumption.text_before(asserted.file));
  std::ofstream(before, std::ios::binary) << text;
  DifferentialRequest request;
  request.unit = *unit;
  request.before = before.string();
  request.after = after.string();
  if (!asserted.flag.empty()) request.flags_after = {asserted.flag};
  request.seed = assumption.seed;
  request.interrupted = interrupted;
  CompileUnit of_before = *unit;
  of_before.source = before.string();
  const Result<SourceMap> map = map_source(before.string(), of_before);
  const FunctionDefinition* function = map ? function_around(*map, asserted.line) : nullptr;
  Result<DifferentialResult> compared = [&]() -> Result<DifferentialResult> {
    if (function == nullptr)
      return DifferentialResult{DifferentialKind::kUnknown, 0, "its function was not found"};
    request.function = *function;
    return compare_functions(request);
  }();
  std::error_code ignored;
  fs::remove(before, ignored);
  if (!compared) return compared.error();
  switch (compared->kind) {
    case DifferentialKind::kEqual: return std::string();
    case DifferentialKind::kDiffers: return fmt::format("{} {}", function->name, compared->words);
    case DifferentialKind::kUnknown: break;
  }
  return unknown(compared->words);
}

}  // namespace asmforge

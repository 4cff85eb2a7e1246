#include "cli/assembly_change.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>
#include <vector>

#include "base/interrupt.h"
#include "base/text.h"
#include "cli/make_function_diff.h"
#include "collect/decoded_names.h"
#include "collect/diff_binaries.h"
#include "collect/open.h"
#include "graph/asm_diff.h"
#include "report/writers/function_diff.h"

namespace asmforge {
namespace {

constexpr std::size_t kFunctions = 4;
constexpr std::size_t kRows = 60;
constexpr std::size_t kContext = 2;

std::string line_of(const FunctionChange& change) {
  return fmt::format("{}: {} -> {} instructions, {} {} differ\n",
                     shorten(printable(change.demangled), 60), change.before.instructions,
                     change.after.instructions, change.differing_rows,
                     change.differing_rows == 1 ? "row" : "rows");
}

std::string line_of(const LoneFunction& lone, std::string_view what) {
  return fmt::format("{}: {}, {} instructions\n", shorten(printable(lone.demangled), 60), what,
                     lone.extent.instructions);
}

// The differing rows of one function with a little around them.
std::string rows_of(const Binary& before, const Binary& after, const FunctionChange& change) {
  FunctionAnalyser before_analyser(before);
  FunctionAnalyser after_analyser(after);
  const FunctionView before_view = before_analyser.analyse(change.before.index);
  const FunctionView after_view = after_analyser.analyse(change.after.index);
  DecodedNames before_names(before, before_view.decoder);
  DecodedNames after_names(after, after_view.decoder);
  const AsmDiff diff =
      diff_functions({before_view.function, before_view.cfg, before, before_names},
                     {after_view.function, after_view.cfg, after, after_names}, {});
  std::string text;
  {
    Output out(text);
    FunctionDiff made = make_function_diff(diff, before_view, after_view, Syntax::kIntel);
    // Folders of builds are gone when the report is read.
    made.before.path = std::filesystem::path(before.path).filename().string();
    made.after.path = std::filesystem::path(after.path).filename().string();
    write_function_diff(made, kContext, Palette{}, out);
  }
  std::size_t end = 0;
  for (std::size_t row = 0; row < kRows && end != std::string::npos; ++row)
    end = text.find('\n', end == 0 ? 0 : end + 1);
  if (end != std::string::npos) text = text.substr(0, end) + "\n...\n";
  return text;
}

Result<std::string> describe(const std::string& before, const std::string& after) {
  AF_TRY(const std::vector<Binary> old_build, open_input(before, {}));
  AF_TRY(const std::vector<Binary> new_build, open_input(after, {}));
  BinaryDiffOptions options;
  options.should_stop = interrupted;
  const BinaryDiff diff = diff_binaries(old_build, new_build, options);
  std::string text;
  std::size_t shown = 0;
  const std::size_t all = diff.changed.size() + diff.only_before.size() + diff.only_after.size();
  for (const FunctionChange& change : diff.changed)
    if (shown < kFunctions) text += line_of(change), ++shown;
  for (const LoneFunction& lone : diff.only_before)
    if (shown < kFunctions) text += line_of(lone, "gone"), ++shown;
  for (const LoneFunction& lone : diff.only_after)
    if (shown < kFunctions) text += line_of(lone, "new"), ++shown;
  if (all > shown)
    text +=
        fmt::format("and {} more {}\n", all - shown, all - shown == 1 ? "function" : "functions");
  if (!diff.changed.empty())
    text += "\n" + rows_of(old_build.front(), new_build.front(), diff.changed.front());
  return text;
}

}  // namespace

std::string assembly_change(const std::string& before, const std::string& after) {
  Result<std::string> text = describe(before, after);
  return text ? std::move(*text) : fmt::format("cannot be compared: {}\n", text.error().what);
}

}  // namespace asmforge

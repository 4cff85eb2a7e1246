#include "cli/ab_builds.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "base/content_hash.h"
#include "base/interrupt.h"
#include "collect/diff_binaries.h"
#include "collect/open.h"

namespace asmforge {
namespace {

namespace fs = std::filesystem;

bool is_folder(const std::string& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

// exec looks in no PATH: a name without a slash is of this folder.
std::string with_slash(const std::string& path) {
  return path.empty() || path.find('/') != std::string::npos ? path : "./" + path;
}

// The program that the capture's only link made, if it is still there.
Result<std::string> program_of(const Capture& capture) {
  AF_TRY(const LinkStep* link, find_link(capture, ""));
  const Result<std::string> hash = content_hash_of_file(link->output);
  if (!hash || *hash != link->output_hash)
    return Error{
        ErrorCode::kBadInput,
        fmt::format("{}: {} is not what was captured any more", capture.directory, link->output),
        "keep a copy of the program, and name it with --before-capture or "
        "--after-capture beside it"};
  return link->output;
}

// The symbols of what the change touched: differing functions, and those of one build alone.
Result<std::vector<std::string>> changed_functions(const AbBuild& before, const AbBuild& after) {
  AF_TRY(const std::vector<Binary> old_build, open_input(before.program, {}));
  AF_TRY(const std::vector<Binary> new_build, open_input(after.program, {}));
  BinaryDiffOptions options;
  options.diff.exact = true;
  options.should_stop = interrupted;
  const BinaryDiff diff = diff_binaries(old_build, new_build, options);
  std::vector<std::string> names;
  names.reserve(diff.changed.size() + diff.only_before.size() + diff.only_after.size());
  for (const FunctionChange& change : diff.changed) names.push_back(change.name);
  for (const LoneFunction& lone : diff.only_before) names.push_back(lone.name);
  for (const LoneFunction& lone : diff.only_after) names.push_back(lone.name);
  std::erase(names, "");
  return names;
}

}  // namespace

Result<AbBuild> open_ab_build(const std::string& named, const std::string& capture) {
  AbBuild build;
  if (!is_folder(named)) {
    build.program = with_slash(named);
    if (capture.empty()) return build;
    AF_TRY(Capture opened, open_capture(capture));
    AF_TRY([[maybe_unused]] const LinkStep* link, find_link(opened, build.program));
    build.capture = std::make_shared<Capture>(std::move(opened));
    return build;
  }
  if (!capture.empty())
    return Error{ErrorCode::kUsage, fmt::format("{}: is a capture already", named),
                 "name a program, or leave the other capture out"};
  AF_TRY(Capture opened, open_capture(named));
  AF_TRY(build.program, program_of(opened));
  build.capture = std::make_shared<Capture>(std::move(opened));
  return build;
}

BuildLayouts layout_builder(const AbBuild& before, const AbBuild& after, std::uint64_t seed,
                            const std::string& directory,
                            const std::function<void(std::string_view)>& told) {
  if (!before.capture || !after.capture) return {};
  return [=](Stage stage, std::uint32_t layouts) -> Result<LayoutBuild> {
    LayoutRequest request;
    request.before = before.capture.get();
    request.after = after.capture.get();
    request.before_program = before.program;
    request.after_program = after.program;
    AF_TRY(request.functions, changed_functions(before, after));
    request.layouts = layouts;
    request.seed = seed;
    request.directory = directory;
    request.interrupted = &interrupt_flag();
    request.progress = [&](std::size_t done, std::size_t all) {
      told(fmt::format("{}, {} of {}", stage == Stage::kPlacement ? "relinking" : "reassembling",
                       done, all));
    };
    return stage == Stage::kPlacement ? build_placements(request) : build_blocks(request);
  };
}

}  // namespace asmforge

// Stage placement: the changed functions at each start mod 64, the rest in random order.
//
//     ld.lld pad-13.o ... hot.o        pad, then hot, hot2, then all others shuffled
//
// The copies of the changed objects have sections of alignment 1, so that what follows
// the pad starts where the pad ends. Objects that did not change keep their alignment.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/content_hash.h"
#include "measure/layouts/build_layouts.h"
#include "measure/layouts/changed_objects.h"
#include "measure/layouts/content_store.h"
#include "measure/layouts/layout_arm.h"
#include "measure/layouts/layout_links.h"
#include "measure/layouts/object_text.h"
#include "measure/layouts/relink.h"

namespace asmforge {
namespace {

constexpr std::uint32_t kResidues = 64;

std::string shared_section(const LayoutArm& build) {
  for (const ChangedObject& object : build.objects)
    for (const DefinedFunction& function : object.functions)
      if (function.functions_here > 1)
        return fmt::format("{} of {} moves as a whole: it was compiled without -ffunction-sections",
                           function.section, object.name);
  return {};
}

Result<std::map<std::size_t, std::string>> free_objects(const LayoutArm& build,
                                                        const std::string& directory) {
  std::map<ObjectPlace, std::vector<std::uint8_t>> contents;
  for (const ChangedObject& object : build.objects) {
    AF_TRY(const std::vector<std::uint8_t> bytes,
           object_bytes(*build.capture, *build.link, object.place));
    AF_TRY(contents[object.place], without_text_alignment(bytes));
  }
  return write_changed_inputs(*build.capture, *build.link, directory, contents);
}

Result<std::string> write_by_content(const std::string& directory, const std::string& name,
                                     std::span<const std::uint8_t> bytes) {
  std::error_code failed;
  const std::string path = fmt::format("{}/changed/{}-{}", directory, content_hash(bytes), name);
  std::filesystem::create_directories(directory + "/changed", failed);
  AF_TRY([[maybe_unused]] const Done written, write_whole_file(path, bytes));
  return path;
}

// Stretched evenly when there are fewer layouts than places.
std::uint32_t residue_of(std::uint32_t layout, std::uint32_t layouts) {
  if (layouts >= kResidues) return layout % kResidues;
  return layout * kResidues / layouts;
}

// The links of one build.
Result<Done> add_links(const LayoutRequest& request, const LayoutArm& build,
                       const std::vector<DefinedFunction>& functions, Relinker& relinker,
                       std::vector<LayoutLink>& links) {
  Relinker::Change change;
  AF_TRY(change.inputs, free_objects(build, request.directory));
  std::string order(kPadSymbol);
  for (const DefinedFunction& function : functions) order += "\n" + function.name;
  order += "\n";
  AF_TRY(const std::string order_file,
         write_by_content(request.directory, "order",
                          {reinterpret_cast<const std::uint8_t*>(order.data()), order.size()}));
  for (std::uint32_t i = 0; i < request.layouts; ++i) {
    LayoutLink link{.layout = {.stage = Stage::kPlacement,
                               .arm = build.arm,
                               .index = i,
                               .residue = residue_of(i, request.layouts),
                               .seed = shuffle_seed(request.seed, Stage::kPlacement, build.arm, i),
                               .content_hash = {}},
                    .relinker = &relinker,
                    .change = change,
                    .function = functions.front().name};
    // A function inside of a larger section starts behind what stands before it.
    const std::uint32_t inside = functions.front().offset % kResidues;
    const std::uint32_t pad = kResidues + (link.layout.residue + kResidues - inside) % kResidues;
    AF_TRY(const std::string pad_file,
           write_by_content(request.directory, "pad.o", pad_object(pad)));
    link.change.front = {pad_file, "--symbol-ordering-file=" + order_file,
                         "--no-warn-symbol-ordering",
                         fmt::format("--shuffle-sections=.text*={}", link.layout.seed)};
    links.push_back(std::move(link));
  }
  return Done{};
}

}  // namespace

Result<LayoutBuild> build_placements(const LayoutRequest& asked) {
  const LayoutRequest request = checked_request(asked);
  AF_TRY(const LayoutArms arms, find_arms(request));
  if (!arms.unavailable.empty()) return unavailable(Stage::kPlacement, arms.unavailable);

  LayoutBuild answer;
  LayoutStage& stage = answer.stage;
  stage.stage = Stage::kPlacement;
  stage.functions = arms.functions;
  std::vector<LayoutLink> links;
  std::vector<Relinker> relinkers;
  relinkers.reserve(2);
  for (const LayoutArm* build : {&arms.before, &arms.after}) {
    const std::vector<DefinedFunction> functions =
        first_definitions(build->objects, stage.functions);
    if (!stage.link_alignment)
      stage.link_alignment = static_cast<std::uint32_t>(functions.front().alignment);
    if (stage.reason.empty()) stage.reason = shared_section(*build);
    Result<Relinker> relinker =
        Relinker::make(*build->capture, *build->link, request.directory, request.interrupted);
    if (!relinker && relinker.error().code == ErrorCode::kUnavailable)
      return unavailable(Stage::kPlacement, relinker.error().what + "; " + relinker.error().hint);
    if (!relinker) return relinker.error();
    relinkers.push_back(std::move(*relinker));
    AF_TRY([[maybe_unused]] const Done added,
           add_links(request, *build, functions, relinkers.back(), links));
  }

  Result<std::vector<BuiltLayout>> built = link_layouts(request, links);
  if (!built && built.error().code == ErrorCode::kUnavailable)
    return unavailable(Stage::kPlacement, built.error().what);
  if (!built) return built.error();
  answer.layouts = std::move(*built);
  stage.available = true;
  stage.layouts = request.layouts;
  return answer;
}

}  // namespace asmforge

// Stage blocks: every basic block of the changed functions that is entered by jumps at
// each place mod 64 once, blocks of equal text at the same place in both builds.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "base/parallel.h"
#include "measure/layouts/block_assembly.h"
#include "measure/layouts/build_layouts.h"
#include "measure/layouts/layout_arm.h"
#include "measure/layouts/layout_links.h"
#include "measure/layouts/match_blocks.h"
#include "measure/layouts/object_assembly.h"
#include "measure/layouts/relink.h"

namespace asmforge {
namespace {

// An object with changed functions, as its compiler wrote it.
struct ObjectBlocks {
  ObjectPlace place;
  ObjectAssembly assembly;
  std::vector<FunctionBlocks> functions;
};

struct ArmBlocks {
  const LayoutArm* arm = nullptr;
  std::vector<ObjectBlocks> objects;
};

Result<ArmBlocks> read_blocks(const LayoutArm& arm, const std::vector<std::string>& functions,
                              const Assembler& assembler) {
  ArmBlocks blocks{.arm = &arm, .objects = {}};
  for (const ChangedObject& object : arm.objects) {
    AF_TRY(ObjectAssembly assembly, find_assembly(*arm.capture, *arm.link, object, assembler));
    std::vector<FunctionBlocks> found = find_blocks(assembly.text, functions);
    blocks.objects.push_back(
        {.place = object.place, .assembly = std::move(assembly), .functions = std::move(found)});
  }
  return blocks;
}

const FunctionBlocks* first_of(const ArmBlocks& blocks, const std::string& name) {
  for (const ObjectBlocks& object : blocks.objects)
    for (const FunctionBlocks& function : object.functions)
      if (function.name == name) return &function;
  return nullptr;
}

// A function that either build must leave alone stays as it is in both.
std::map<std::string, std::string> left_alone(const ArmBlocks& before, const ArmBlocks& after) {
  std::map<std::string, std::string> reasons;
  for (const ArmBlocks* blocks : {&before, &after})
    for (const ObjectBlocks& object : blocks->objects)
      for (const FunctionBlocks& function : object.functions)
        if (!function.left_alone.empty()) reasons.emplace(function.name, function.left_alone);
  return reasons;
}

// The names of a function's blocks that both builds share: those of the first build that
// has the function.
class BlockKeys {
 public:
  BlockKeys(const ArmBlocks& before, const ArmBlocks& after) : before_(before), after_(after) {}

  std::vector<std::string> of(const FunctionBlocks& function) const {
    const FunctionBlocks* first = first_of(before_, function.name);
    if (first == nullptr) first = first_of(after_, function.name);
    const BlockMatch match = match_blocks(*first, function);
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < function.blocks.size(); ++i) {
      const std::uint32_t partner = match.partner[i];
      keys.push_back(partner == BlockMatch::kNone ? fmt::format("{}/new{}", function.name, i)
                                                  : fmt::format("{}/{}", function.name, partner));
    }
    return keys;
  }

 private:
  const ArmBlocks& before_;
  const ArmBlocks& after_;
};

std::optional<double> matched_share(const ArmBlocks& before, const ArmBlocks& after,
                                    const std::vector<std::string>& functions) {
  std::uint64_t matched = 0;
  std::uint64_t all = 0;
  for (const std::string& name : functions) {
    const FunctionBlocks* one = first_of(before, name);
    const FunctionBlocks* other = first_of(after, name);
    static const FunctionBlocks kAbsent;
    if (one == nullptr && other == nullptr) continue;
    const BlockMatch match =
        match_blocks(one == nullptr ? kAbsent : *one, other == nullptr ? kAbsent : *other);
    matched += match.matched_instructions;
    all += match.all_instructions;
  }
  if (all == 0) return std::nullopt;
  return static_cast<double>(matched) / static_cast<double>(all);
}

class BlockStage {
 public:
  BlockStage(const LayoutRequest& request, const Assembler& assembler, const ArmBlocks& before,
             const ArmBlocks& after, std::vector<std::string> functions)
      : request_(request),
        assembler_(assembler),
        keys_(before, after),
        functions_(std::move(functions)) {}

  // The link of one layout: its objects assembled anew.
  Result<LayoutLink> make(const ArmBlocks& blocks, Relinker& relinker, std::uint32_t layout) const {
    const Arm arm = blocks.arm->arm;
    LayoutLink link{.layout = {.stage = Stage::kBlocks,
                               .arm = arm,
                               .index = layout,
                               .residue = 0,
                               .seed = shuffle_seed(request_.seed, Stage::kBlocks, arm, layout),
                               .content_hash = {}},
                    .relinker = &relinker,
                    .change = {},
                    .function = {}};
    std::map<ObjectPlace, std::vector<std::uint8_t>> contents;
    for (const ObjectBlocks& object : blocks.objects) {
      const std::string text = placed_text(object, layout);
      AF_TRY(contents[object.place], assembler_.assemble(*object.assembly.step, text));
    }
    AF_TRY(link.change.inputs, write_changed_inputs(*blocks.arm->capture, *blocks.arm->link,
                                                    request_.directory, contents));
    link.change.front = {fmt::format("--shuffle-sections=.text*={}", link.layout.seed)};
    for (const std::string& name : functions_) {
      const FunctionBlocks* function = first_of(blocks, name);
      if (function == nullptr) continue;
      link.function = name;
      link.layout.residue = place(keys_.of(*function)[0], 0, layout).residue;
      break;
    }
    return link;
  }

 private:
  [[nodiscard]] BlockPlace place(const std::string& key, std::size_t alignments,
                                 std::uint32_t layout) const {
    return place_of_block(request_.seed, key, alignments, layout);
  }

  [[nodiscard]] std::string placed_text(const ObjectBlocks& object, std::uint32_t layout) const {
    std::vector<FunctionPlacement> placements;
    for (const FunctionBlocks& function : object.functions) {
      if (std::find(functions_.begin(), functions_.end(), function.name) == functions_.end())
        continue;
      const std::vector<std::string> keys = keys_.of(function);
      FunctionPlacement placement{.function = &function, .places = {}};
      for (std::size_t i = 0; i < keys.size(); ++i)
        placement.places.push_back(place(keys[i], function.blocks[i].alignments.size(), layout));
      placements.push_back(std::move(placement));
    }
    return place_blocks(object.assembly.text, placements);
  }

  const LayoutRequest& request_;
  const Assembler& assembler_;
  BlockKeys keys_;
  std::vector<std::string> functions_;  // that are moved
};

Result<std::vector<LayoutLink>> make_links(const LayoutRequest& request, const BlockStage& stage,
                                           const ArmBlocks& before, const ArmBlocks& after,
                                           std::vector<Relinker>& relinkers) {
  std::vector<LayoutLink> made(std::size_t{2} * request.layouts);
  std::mutex lock;
  std::optional<Error> error;
  parallel_for(made.size(), available_threads(), [&](unsigned, std::size_t i) {
    {
      const std::lock_guard guard(lock);
      if (error) return;
    }
    const bool is_after = i >= request.layouts;
    Result<LayoutLink> link = stage.make(is_after ? after : before, relinkers[is_after ? 1 : 0],
                                         static_cast<std::uint32_t>(i % request.layouts));
    const std::lock_guard guard(lock);
    if (link) {
      made[i] = std::move(*link);
    } else if (!error) {
      error = link.error();
    }
  });
  if (error) return *error;
  return made;
}

Result<LayoutBuild> build(const LayoutRequest& request, const LayoutArms& arms) {
  const Assembler assembler(request.directory, request.interrupted);
  AF_TRY(const ArmBlocks before, read_blocks(arms.before, arms.functions, assembler));
  AF_TRY(const ArmBlocks after, read_blocks(arms.after, arms.functions, assembler));

  LayoutBuild answer;
  answer.stage.stage = Stage::kBlocks;
  const std::map<std::string, std::string> alone = left_alone(before, after);
  for (const std::string& name : arms.functions) {
    const auto reason = alone.find(name);
    const bool known = first_of(before, name) != nullptr || first_of(after, name) != nullptr;
    if (reason == alone.end() && known) {
      answer.stage.functions.push_back(name);
    } else if (answer.stage.reason.empty()) {
      answer.stage.reason = fmt::format("{} is left as it is: {}", name,
                                        known ? reason->second : "its assembly does not name it");
    }
  }
  for (const ArmBlocks* blocks : {&before, &after}) {
    const bool moves =
        std::any_of(answer.stage.functions.begin(), answer.stage.functions.end(),
                    [&](const std::string& name) { return first_of(*blocks, name) != nullptr; });
    if (!moves)
      return unavailable(Stage::kBlocks, answer.stage.reason.empty()
                                             ? fmt::format("no changed function is in {}",
                                                           blocks->arm->link->output)
                                             : answer.stage.reason);
  }
  answer.stage.matched_share = matched_share(before, after, answer.stage.functions);

  std::vector<Relinker> relinkers;
  for (const LayoutArm* arm : {&arms.before, &arms.after}) {
    AF_TRY(Relinker relinker,
           Relinker::make(*arm->capture, *arm->link, request.directory, request.interrupted));
    relinkers.push_back(std::move(relinker));
  }
  const BlockStage stage(request, assembler, before, after, answer.stage.functions);
  AF_TRY(const std::vector<LayoutLink> links, make_links(request, stage, before, after, relinkers));
  AF_TRY(answer.layouts, link_layouts(request, links));
  const std::vector<DefinedFunction> natural =
      first_definitions(arms.before.objects, answer.stage.functions);
  if (!natural.empty())
    answer.stage.link_alignment = static_cast<std::uint32_t>(natural.front().alignment);
  answer.stage.available = true;
  answer.stage.layouts = request.layouts;
  return answer;
}

}  // namespace

Result<LayoutBuild> build_blocks(const LayoutRequest& asked) {
  const LayoutRequest request = checked_request(asked);
  AF_TRY(const LayoutArms arms, find_arms(request));
  if (!arms.unavailable.empty()) return unavailable(Stage::kBlocks, arms.unavailable);
  Result<LayoutBuild> built = build(request, arms);
  if (!built && built.error().code == ErrorCode::kUnavailable)
    return unavailable(Stage::kBlocks, built.error().what);
  return built;
}

}  // namespace asmforge

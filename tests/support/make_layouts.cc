// make_layouts STAGE BEFORE AFTER PROGRAM LAYOUTS DIRECTORY FUNCTION...
// Makes the layouts of two captures and prints one line each, for tests that look at the
// programs from outside:
//     stage available=1 layouts=64 alignment=16 matched=0.98 functions=hot,helper reason=...
//     before 0 13 directory/programs/...        arm, index, residue, path
#include <fmt/format.h>

#include <string>
#include <vector>

#include "measure/layouts/build_layouts.h"

namespace {

int fail(const asmforge::Error& error) {
  fmt::print(stderr, "make_layouts: {}; {}\n", error.what, error.hint);
  return asmforge::exit_status(error.code);
}

}  // namespace

int main(int count, char** words) {
  if (count < 8) return 2;
  const auto before = asmforge::open_capture(words[2]);
  if (!before) return fail(before.error());
  const auto after = asmforge::open_capture(words[3]);
  if (!after) return fail(after.error());
  asmforge::LayoutRequest request;
  request.before = &*before;
  request.after = &*after;
  request.before_program = words[4];
  request.after_program = words[4];
  request.layouts = static_cast<std::uint32_t>(std::stoul(words[5]));
  request.directory = words[6];
  request.functions.assign(words + 7, words + count);
  request.seed = 7;
  const bool blocks = std::string(words[1]) == "blocks";
  const auto build = blocks ? asmforge::build_blocks(request) : asmforge::build_placements(request);
  if (!build) return fail(build.error());
  const asmforge::LayoutStage& stage = build->stage;
  fmt::print("stage available={} layouts={} alignment={} matched={} functions={} reason={}\n",
             static_cast<int>(stage.available), stage.layouts, stage.link_alignment.value_or(0),
             stage.matched_share.value_or(-1), fmt::join(stage.functions, ","), stage.reason);
  for (const asmforge::BuiltLayout& built : build->layouts)
    fmt::print("{} {} {} {}\n", to_string(built.layout.arm), built.layout.index,
               built.layout.residue, built.path);
  return 0;
}

// The two sides of a comparison as they are named: a program, or the capture of its build.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "measure/layouts/build_layouts.h"
#include "measure/layouts/capture.h"

namespace asmforge {

struct AbBuild {
  std::string program;               // a path with a slash
  std::shared_ptr<Capture> capture;  // nullptr when there is none
};

// `named` is a program or a capture's folder; `capture` may name the folder beside a
// program. An error when the folder's program is no longer what was captured.
Result<AbBuild> open_ab_build(const std::string& named, const std::string& capture);

using BuildLayouts = std::function<Result<LayoutBuild>(Stage stage, std::uint32_t layouts)>;

// Lays out both programs anew in `directory`; empty unless both have a capture. `told` hears
// how far it is ("relinking, 37 of 128"), from one thread at a time.
BuildLayouts layout_builder(const AbBuild& before, const AbBuild& after, std::uint64_t seed,
                            const std::string& directory,
                            const std::function<void(std::string_view)>& told);

}  // namespace asmforge

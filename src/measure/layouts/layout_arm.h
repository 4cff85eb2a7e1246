// One of the two builds of a layout stage: its link, and where its changed functions are.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "measure/layouts/build_layouts.h"
#include "measure/layouts/changed_objects.h"

namespace asmforge {

struct LayoutArm {
  Arm arm = Arm::kBefore;
  const Capture* capture = nullptr;
  const LinkStep* link = nullptr;
  std::vector<ChangedObject> objects;
};

struct LayoutArms {
  LayoutArm before;
  LayoutArm after;
  // Those of the request that there are; those in both builds first, so that both builds
  // put the same one in front.
  std::vector<std::string> functions;
  std::string unavailable;  // why no layout can be made of one of them; empty when it can
};
Result<LayoutArms> find_arms(const LayoutRequest& request);

}  // namespace asmforge

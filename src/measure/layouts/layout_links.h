// Many links of two builds at once: each made, checked, and kept for the next time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.h"
#include "measure/layouts/build_layouts.h"
#include "measure/layouts/relink.h"

namespace asmforge {

// The request with an absolute directory: linkers run in another one.
LayoutRequest checked_request(const LayoutRequest& request);

struct LayoutLink {
  Layout layout;
  Relinker* relinker = nullptr;
  Relinker::Change change;
  std::string function;  // that must then start at layout.residue
};

// In the order of `links`. kUnavailable when a program cannot be linked, does not have
// its function where it should be, or differs otherwise from its siblings.
Result<std::vector<BuiltLayout>> link_layouts(const LayoutRequest& request,
                                              const std::vector<LayoutLink>& links);

// One of many independent numbers that `seed` leads to; for ld.lld's shuffle, whose
// seeds are 32 bits and not 0.
std::uint64_t shuffle_seed(std::uint64_t seed, Stage stage, Arm arm, std::uint32_t index);

// The stage's answer when it cannot be had.
LayoutBuild unavailable(Stage stage, std::string reason);

}  // namespace asmforge

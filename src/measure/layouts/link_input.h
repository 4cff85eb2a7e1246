// A file that a linker reads: what it is, and keeping a copy of it.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/result.h"
#include "measure/layouts/build_step.h"
#include "measure/layouts/content_store.h"

namespace asmforge {

// By its first bytes and, of an object, its sections.
InputKind kind_of_input(std::span<const std::uint8_t> bytes);

struct KeptInput {
  InputKind kind = InputKind::kObject;
  std::string hash;
  bool stored = false;
};

// Shared libraries of the system are not copied, only named by their hash; nor are the
// scripts beneath /usr/lib that stand for them. Of a thin archive a whole one is made.
Result<KeptInput> keep_link_input(const std::string& path, const ContentStore& store);

}  // namespace asmforge

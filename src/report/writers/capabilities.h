// `asmforge doctor`: what this machine can and cannot do, and how to mend it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "report/output.h"
#include "report/palette.h"

namespace asmforge {

enum class CapabilityState : std::uint8_t { kOk, kLimited, kMissing };

struct Capability {
  std::string name = {};
  CapabilityState state = CapabilityState::kOk;
  bool needed = false;      // a command of asmforge does not work without it
  std::string detail = {};  // what was found, or why it does not work
  std::string mend = {};    // what to do; empty when it is ok
};

void write_capabilities(const std::vector<Capability>& capabilities, const Palette& palette,
                        Output& out);
void write_capabilities_json(const std::vector<Capability>& capabilities, Output& out);

}  // namespace asmforge

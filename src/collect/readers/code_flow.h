// Where control leaves a range of code, from its instructions.
#pragma once

#include <cstdint>
#include <vector>

#include "core/binary.h"
#include "mc/decoder.h"

namespace asmforge {

struct JumpOut {
  std::uint64_t target = 0;
  bool conditional = false;
};

struct CodeFlow {
  bool returns = false;        // or jumps to where nobody knows
  std::vector<JumpOut> jumps;  // direct ones to outside the range, in address order
};

CodeFlow flow_of(const Binary& binary, AddressRange range, Decoder& decoder);

}  // namespace asmforge

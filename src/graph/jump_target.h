// The value of an indirect jump's target, evaluated backwards.
#pragma once

#include <cstdint>
#include <optional>

#include "core/insn.h"
#include "graph/flow_view.h"

namespace asmforge {

// constant                                       (no symbol, load_bytes 0)
// constant + scale * symbol                      (load_bytes 0)
// constant + load(load_address + scale * symbol) (load_bytes 1, 2, 4 or 8)
//                  the loaded value times 1 << load_shift
// where `symbol` is the value of a register before instruction `symbol_at`.
struct TargetValue {
  std::int64_t constant = 0;
  std::int64_t load_address = 0;
  std::uint32_t symbol_at = kNoIndex;
  Register symbol = kNoRegister;
  std::uint8_t scale = 0;  // 0: no symbol
  std::uint8_t load_bytes = 0;
  std::uint8_t load_shift = 0;
  bool load_signed = false;
  bool unreached = false;  // no way to where it is made is known yet
  bool anchored = false;   // an address that stands in the code is part of it

  [[nodiscard]] bool is_constant() const { return load_bytes == 0 && scale == 0; }
  [[nodiscard]] bool is_slot() const {
    return load_bytes == 8 && scale == 0 && constant == 0 && anchored;
  }
  [[nodiscard]] bool is_table() const { return load_bytes != 0 && scale != 0 && anchored; }
};

// Nothing when it is not of one of these shapes on every way that leads to it.
// With `only_constants`, ways that bring something else than an address that
// stands in the code are taken to be ways that cannot be gone: they come from
// calls that never return without our knowing it.
std::optional<TargetValue> evaluate_jump_target(FlowView& flow, std::uint32_t jump,
                                                bool only_constants = false);

}  // namespace asmforge

// One instruction as Zydis sees it, in our registers.
#pragma once

#include <Zydis/Zydis.h>

#include <cstdint>
#include <span>
#include <vector>

#include "core/insn.h"
#include "differences.h"

namespace asmforge::agreement {

class ZydisView {
 public:
  ZydisView();
  // Appends what differs between ours and Zydis's view of the same bytes, without mnemonic.
  void compare(const Insn& ours, std::span<const std::uint8_t> bytes,
               std::vector<Difference>& out) const;

 private:
  ZydisDecoder decoder_;
};

}  // namespace asmforge::agreement

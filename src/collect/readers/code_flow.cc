#include "collect/readers/code_flow.h"

#include "isa/isa.h"

namespace asmforge {

CodeFlow flow_of(const Binary& binary, AddressRange range, Decoder& decoder) {
  CodeFlow flow;
  const auto bytes = binary.bytes_at(range.begin, range.size());
  Insn insn;
  for (std::uint64_t offset = 0; offset < bytes.size();) {
    if (!decoder.decode_one(bytes.subspan(offset), range.begin + offset, insn)) {
      offset += facts_of(binary.isa).insn_alignment;
      continue;
    }
    offset += insn.size;
    flow.returns = flow.returns || insn.is(InsnClass::kReturn) ||
                   insn.classes.has_all(InsnClass::kJump | InsnClass::kIndirect);
    if (insn.is(InsnClass::kJump) && insn.target != kNoAddress && !range.contains(insn.target))
      flow.jumps.push_back({insn.target, insn.is(InsnClass::kConditional)});
  }
  return flow;
}

}  // namespace asmforge

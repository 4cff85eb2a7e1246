// Any bytes decode to instructions and data that cover them without a gap, and
// every instruction prints.
#include <cstddef>
#include <cstdint>
#include <span>

#include "mc/decoder.h"

using namespace asmforge;  // NOLINT(google-build-using-namespace): a fuzz target is one function

namespace {

constexpr std::uint64_t kAddress = 0x401000;

void check_coverage(const Function& function, std::size_t size) {
  std::uint64_t covered = 0;
  for (const Insn& insn : function.insns) {
    AF_CHECK(insn.size >= 1 && insn.size <= 15);
    covered += insn.size;
  }
  for (const AddressRange& range : function.not_decoded) covered += range.size();
  AF_CHECK(covered == size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Decoder decoder(Isa::kX86_64);
  const std::span<const std::uint8_t> bytes(data, size);
  Function function;
  decoder.decode_linear(bytes, kAddress, function);
  check_coverage(function, size);
  for (const Insn& insn : function.insns) {
    const auto own = bytes.subspan(insn.address - kAddress, insn.size);
    for (const Syntax syntax : {Syntax::kIntel, Syntax::kAtt}) {
      const std::string text = decoder.text(insn, own, syntax);
      AF_CHECK(!text.empty());
      AF_CHECK(text.starts_with(decoder.mnemonic(insn, own, syntax)));
    }
    AF_CHECK(insn.operand_count <= insn.operands.size());
  }
  return 0;
}

// Any bytes decode to instructions and data that cover them without a gap, and
// every instruction prints, of each ISA.
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

void check(Decoder& decoder, std::span<const std::uint8_t> bytes) {
  Function function;
  decoder.decode_linear(bytes, kAddress, function);
  check_coverage(function, bytes.size());
  for (const Insn& insn : function.insns) {
    const auto own = bytes.subspan(insn.address - kAddress, insn.size);
    for (const Syntax syntax : {Syntax::kIntel, Syntax::kAtt}) {
      const std::string text = decoder.text(insn, own, syntax);
      AF_CHECK(!text.empty());
      AF_CHECK(text.starts_with(decoder.mnemonic(insn, own, syntax)));
    }
    AF_CHECK(insn.operand_count <= insn.operands.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Decoder x86_64(Isa::kX86_64);
  static Decoder aarch64(Isa::kAarch64);
  check(x86_64, {data, size});
  check(aarch64, {data, size});
  return 0;
}

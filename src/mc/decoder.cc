#include "mc/decoder.h"

#include <algorithm>

#include "mc/insn_decoder.h"

namespace asmforge {
namespace {

std::unique_ptr<InsnDecoder> decoder_for(Isa isa) {
  switch (isa) {
    case Isa::kX86_64: break;
    case Isa::kAarch64: return make_aarch64_decoder();
  }
  return make_x86_64_decoder();
}

}  // namespace

Decoder::Decoder(Isa isa) : decoder_(decoder_for(isa)) {}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

bool Decoder::decode_one(std::span<const std::uint8_t> bytes, std::uint64_t address, Insn& out) {
  if (decoder_->decode(bytes, address) == 0) return false;
  decoder_->convert(address, out);
  return true;
}

void Decoder::decode_linear(std::span<const std::uint8_t> bytes, std::uint64_t address,
                            Function& out) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::uint64_t here = address + at;
    if (const std::size_t size = decoder_->decode(bytes.subspan(at), here)) {
      decoder_->convert(here, out.insns.emplace_back());
      at += size;
      continue;
    }
    at = std::min(at + decoder_->skip_after_failure(), bytes.size());
    if (!out.not_decoded.empty() && out.not_decoded.back().end == here)
      out.not_decoded.back().end = address + at;
    else
      out.not_decoded.push_back({here, address + at});
  }
}

std::string Decoder::text(const Insn& insn, std::span<const std::uint8_t> bytes, Syntax syntax) {
  if (bytes.size() > insn.size) bytes = bytes.first(insn.size);
  return decoder_->decode(bytes, insn.address) == 0 ? "" : decoder_->text(insn.address, syntax);
}

std::string Decoder::mnemonic(const Insn& insn, std::span<const std::uint8_t> bytes,
                              Syntax syntax) {
  return std::string(decoder_->mnemonic_of(text(insn, bytes, syntax)));
}

}  // namespace asmforge

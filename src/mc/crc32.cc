#include "mc/crc32.h"

#include <llvm/ADT/ArrayRef.h>
#include <llvm/Support/CRC.h>

namespace asmforge {

std::uint32_t crc32(std::span<const std::uint8_t> bytes) {
  return llvm::crc32(llvm::ArrayRef<std::uint8_t>(bytes.data(), bytes.size()));
}

}  // namespace asmforge

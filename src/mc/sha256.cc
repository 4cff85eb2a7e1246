#include "mc/sha256.h"

#include <llvm/ADT/ArrayRef.h>
#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/SHA256.h>

namespace asmforge {

std::string sha256(std::span<const std::uint8_t> bytes) {
  return llvm::toHex(llvm::SHA256::hash(llvm::ArrayRef<std::uint8_t>(bytes.data(), bytes.size())),
                     /*LowerCase=*/true);
}

}  // namespace asmforge

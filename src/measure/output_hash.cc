#include "measure/output_hash.h"

#include <algorithm>
#include <cstdint>
#include <span>

#include "base/content_hash.h"

namespace asmforge {
namespace {

// Fixed, so that the hash does not depend on how a pipe cut the text.
constexpr std::size_t kBlockBytes = std::size_t{1} << 20;

std::string hash_of(std::string_view text) {
  return content_hash({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace

void OutputHash::close_block() {
  hashes_ += hash_of(block_);
  block_.clear();
}

void OutputHash::add(std::string_view bytes) {
  while (!bytes.empty()) {
    if (block_.size() == kBlockBytes) close_block();
    const std::size_t taken = std::min(bytes.size(), kBlockBytes - block_.size());
    block_.append(bytes.substr(0, taken));
    bytes.remove_prefix(taken);
  }
}

std::string OutputHash::finish() {
  if (hashes_.empty()) return hash_of(block_);
  close_block();
  return hash_of(hashes_);
}

}  // namespace asmforge

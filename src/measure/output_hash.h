// The content hash of a text that comes in pieces and is not kept.
#pragma once

#include <string>
#include <string_view>

namespace asmforge {

class OutputHash {
 public:
  void add(std::string_view bytes);
  // The hash of the text when it fits one block, otherwise of its blocks' hashes.
  std::string finish();

 private:
  void close_block();
  std::string block_;
  std::string hashes_;
};

}  // namespace asmforge

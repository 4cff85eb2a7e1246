// Source positions of addresses, with the inline stack, from DWARF 4 and 5.
//
// LLVM's DWARF reader can abort and eat memory on hostile input, so a supervised
// worker process does the reading; when it dies, that is the one sentence in the
// error, and the rest of the answer stands.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/binary.h"
#include "core/result.h"
#include "core/source_location.h"

namespace asmforge {

class SourceLines {
 public:
  // Starts no worker yet; the first query does.
  explicit SourceLines(const Binary& binary);
  ~SourceLines();
  SourceLines(SourceLines&&) noexcept;
  SourceLines& operator=(SourceLines&&) noexcept;

  // One location per address, in the same order. Safe to call from one thread
  // at a time. An error once means the same error ever after.
  Result<std::vector<SourceLocation>> locate(std::span<const std::uint64_t> addresses);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace asmforge

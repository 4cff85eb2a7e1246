// Source positions of addresses, with the inline stack, from DWARF 4 and 5.
//
// LLVM's DWARF reader can abort and eat memory on hostile input, so a supervised
// worker process does the reading; when it dies, that is the one sentence in the
// error, and the rest of the answer stands.
//
// Names of files: directory + "/" + file is the path that llvm-symbolizer prints
// (DW_AT_comp_dir, include directory, name; "." and ".." are kept). What lies beneath the
// directory in which the compiler ran is named relative to it: the shortest true
// name, and one that two builds in different folders agree on.
//
// Names of functions are those of the source: in "f.cold" and "f.constprop.0" the
// function is f. Where gcc gives no linkage name (anonymous namespaces), the outermost
// function takes its full name from the symbol table.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/worker.h"
#include "core/binary.h"
#include "core/result.h"
#include "core/source_location.h"

namespace asmforge {

class SourceLines {
 public:
  // Starts no worker yet; the first query does. The binary must outlive this.
  explicit SourceLines(const Binary& binary, const WorkerLimits& limits = {});
  ~SourceLines();
  SourceLines(SourceLines&&) noexcept;
  SourceLines& operator=(SourceLines&&) noexcept;

  // One location per address, in the same order. Safe to call from one thread
  // at a time. Without debug info nothing is known, and that is no error. An error
  // once means the same error ever after.
  Result<std::vector<SourceLocation>> locate(std::span<const std::uint64_t> addresses);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace asmforge

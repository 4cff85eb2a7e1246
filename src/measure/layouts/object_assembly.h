// The assembly that an object of a link was made from, shown to be that.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "core/result.h"
#include "measure/layouts/capture.h"
#include "measure/layouts/changed_objects.h"

namespace asmforge {

struct ObjectAssembly {
  const CompileStep* step = nullptr;
  std::string text;
};

// Assembles texts as the compiler did that made them; keeps what it assembled.
class Assembler {
 public:
  Assembler(std::string directory, const std::atomic<bool>* interrupted)
      : directory_(std::move(directory)), interrupted_(interrupted) {}
  // The object's bytes.
  [[nodiscard]] Result<std::vector<std::uint8_t>> assemble(const CompileStep& step,
                                                           const std::string& text) const;

 private:
  std::string directory_;
  const std::atomic<bool>* interrupted_;
};

// kUnavailable, with the clause that says why, when no recorded step's assembly makes the
// same code as the object has.
Result<ObjectAssembly> find_assembly(const Capture& capture, const LinkStep& link,
                                     const ChangedObject& object, const Assembler& assembler);

}  // namespace asmforge

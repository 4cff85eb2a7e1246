// Lines up the instructions of two builds of a function.
//
// Ignored: addresses, encodings of different length, padding between blocks, and
// (unless exact) registers that consistently play each other's part. Jumps and
// references are compared by what they point to: the corresponding place of the
// function, a function or object by name, literals without a name by content.
#pragma once

#include <string>
#include <string_view>

#include "core/asm_diff.h"
#include "core/binary.h"
#include "core/cfg.h"

namespace asmforge {

// What the diff asks about one build, answered by whoever can print instructions.
class DiffNames {
 public:
  virtual ~DiffNames() = default;
  // Of the instruction, without operands; the same for all encodings of it.
  virtual std::string mnemonic(const Insn& insn) = 0;
  // A symbol as it is told apart between builds: demangled, hash dropped.
  virtual std::string canonical_name(std::string_view symbol) = 0;
};

struct DiffSide {
  const Function& function;
  const Cfg& cfg;  // of that function
  const Binary& binary;
  DiffNames& names;
};

struct DiffOptions {
  bool exact = false;  // registers must be equal
};

// Time is near-linear and memory linear in the number of instructions.
AsmDiff diff_functions(const DiffSide& before, const DiffSide& after, const DiffOptions& options);

// The name without what compilers number anew in each build: "f.llvm.123" and
// "count.4" become "f" and "count"; empty for names of anonymous literals
// (".LC0", ".L.str.5", "anon.d1e2....3").
std::string_view stable_symbol(std::string_view symbol);

}  // namespace asmforge

// Two versions of a C function called with the same random arguments: what a change that
// asserts something would do to callers that do not keep to it.
//
//     void add(float* a, const float* b, int n)           // before
//     void add(float* __restrict a, const float* __restrict b, int n)
//
// With a = b + 1 they differ once the second is vectorised; that is found and said. Equal
// answers prove nothing, so what passes is measured and checked like any other change.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "transform/compile_unit.h"
#include "transform/source_map.h"

namespace asmforge {

struct DifferentialRequest {
  CompileUnit unit;    // compiles the source as it was before
  std::string before;  // the two versions: files in one folder, for what they include
  std::string after;
  FunctionDefinition function;           // as it was before
  std::vector<std::string> flags_after;  // that the second version is compiled with besides
  std::uint64_t seed = 0;
  const std::atomic<bool>* interrupted = nullptr;
};

enum class DifferentialKind : std::uint8_t {
  kEqual,  // on all inputs that the first version could take
  kDiffers,
  kUnknown,  // cannot be called, or fails on almost everything
};

struct DifferentialResult {
  DifferentialKind kind = DifferentialKind::kUnknown;
  std::uint64_t inputs = 0;  // that both took
  std::string words;         // one clause: with what it differs, or why it is not known
};

// Compiles both, plain and with the undefined-behaviour and address sanitizers, and runs them.
// Errors: no compiler, interrupted.
Result<DifferentialResult> compare_functions(const DifferentialRequest& request);

// The judgement alone, on what the two programs printed.
DifferentialResult judge_runs(std::string_view before, std::string_view after);

}  // namespace asmforge

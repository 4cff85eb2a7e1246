// From what was found to what it means: the decision as a table.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/verdict.h"

namespace asmforge {

// Did the assembly change as it was said to?
enum class Prediction : std::uint8_t { kYes, kNo, kUnstated };

// How far the layout stages speak for the intrinsic direction.
enum class Support : std::uint8_t {
  kSettled,   // both say the same, or neither claims anything
  kDisagree,  // one claims a difference, the other does not
  kOneStage,  // one claims a difference, the other could not be had
};

struct Situation {
  Prediction prediction = Prediction::kUnstated;
  Direction intrinsic = Direction::kUnknown;
  // Over the links that the build would make. Unknown only while it leans to better: with an
  // intrinsic gain, an expectation above 1 counts as worse even when it is not proven.
  Direction expected = Direction::kUnknown;
  Support support = Support::kSettled;
  bool luck = false;  // as built it differs more than all its layouts do on average
  bool best_up_mean_down =
      false;  // better at its best layouts, worse on average; no gain by itself
};

struct MatrixRow {
  std::string_view name;
  // Each a set of the values that the row is about: bit 1 << value.
  std::uint8_t prediction;
  std::uint8_t intrinsic;
  std::uint8_t expected;
  std::uint8_t support;
  std::uint8_t luck;
  std::uint8_t best_up_mean_down;
  VerdictKind kind;
  VerdictReason reason;
};

// The first row that fits decides; every situation has one.
std::span<const MatrixRow> decision_matrix();
const MatrixRow& row_for(const Situation& situation);

}  // namespace asmforge

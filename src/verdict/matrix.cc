#include "verdict/matrix.h"

#include <algorithm>
#include <array>

#include "core/error.h"

namespace asmforge {
namespace {

template <class... Values>
constexpr std::uint8_t any_of(Values... values) {
  return static_cast<std::uint8_t>((0u | ... | (1u << static_cast<unsigned>(values))));
}
constexpr std::uint8_t kAny = 0xff;
constexpr std::uint8_t kIs = any_of(true);
constexpr std::uint8_t kYes = any_of(Prediction::kYes);
constexpr std::uint8_t kNo = any_of(Prediction::kNo);
constexpr std::uint8_t kNotDenied = any_of(Prediction::kYes, Prediction::kUnstated);
constexpr std::uint8_t kBetter = any_of(Direction::kBetter);
constexpr std::uint8_t kWorse = any_of(Direction::kWorse);
constexpr std::uint8_t kEqual = any_of(Direction::kEqual);
constexpr std::uint8_t kUnknown = any_of(Direction::kUnknown);
constexpr std::uint8_t kDisagree = any_of(Support::kDisagree);
constexpr std::uint8_t kOneStage = any_of(Support::kOneStage);

using enum VerdictKind;
using R = VerdictReason;

// clang-format off
constexpr std::array<MatrixRow, 15> kMatrix = {{
  // name                                 predicted   intrinsic expected           support    luck  best up
  {"slower by itself",                    kAny,       kWorse,   kAny,              kAny,      kAny, kAny, kRevert,      R::kSlower},
  {"best layouts up, mean down",          kAny,       kAny,     kAny,              kAny,      kAny, kIs,  kSuspicious,  R::kBestUpMeanDown},
  {"faster, assembly not as predicted",   kNo,        kBetter,  kAny,              kAny,      kAny, kAny, kSuspicious,  R::kSideEffect},
  {"faster by itself, as linked too",     kNotDenied, kBetter,  kBetter|kUnknown,  kAny,      kAny, kAny, kAccept,      R::kImproved},
  {"faster by itself, not as linked",     kNotDenied, kBetter,  kEqual|kWorse,     kAny,      kAny, kAny, kInvestigate, R::kLayoutLimited},
  {"equal by itself, differs as linked",  kAny,       kEqual,   kBetter|kWorse,    kAny,      kAny, kAny, kSuspicious,  R::kLayoutLuck},
  {"equal by itself, differs as built",   kAny,       kEqual,   kAny,              kAny,      kIs,  kAny, kSuspicious,  R::kLayoutLuck},
  {"predicted, proven no faster",         kYes,       kEqual,   kAny,              kAny,      kAny, kAny, kInvestigate, R::kBottleneckElsewhere},
  {"not as predicted, proven no faster",  kNo,        kEqual,   kAny,              kAny,      kAny, kAny, kRevert,      R::kNoEffect},
  {"nothing predicted, proven no faster", kAny,       kEqual,   kAny,              kAny,      kAny, kAny, kRevert,      R::kProvenEqual},
  {"one stage claims, one does not",      kAny,       kUnknown, kAny,              kDisagree, kAny, kAny, kInvestigate, R::kStagesDisagree},
  {"one stage claims, one is missing",    kAny,       kUnknown, kAny,              kOneStage, kAny, kAny, kInvestigate, R::kOneStage},
  {"differs as built alone",              kAny,       kUnknown, kAny,              kAny,      kIs,  kAny, kSuspicious,  R::kLayoutLuck},
  {"not as predicted, no faster seen",    kNo,        kUnknown, kAny,              kAny,      kAny, kAny, kRevert,      R::kNoEffect},
  {"nothing settled",                     kAny,       kUnknown, kAny,              kAny,      kAny, kAny, kInvestigate, R::kUnderpowered},
}};
// clang-format on

template <class Value>
bool holds(std::uint8_t set, Value value) {
  return (set >> static_cast<unsigned>(value) & 1u) != 0;
}

}  // namespace

std::span<const MatrixRow> decision_matrix() { return kMatrix; }

const MatrixRow& row_for(const Situation& situation) {
  const auto* row = std::ranges::find_if(kMatrix, [&](const MatrixRow& r) {
    return holds(r.prediction, situation.prediction) && holds(r.intrinsic, situation.intrinsic) &&
           holds(r.expected, situation.expected) && holds(r.support, situation.support) &&
           holds(r.luck, situation.luck) && holds(r.best_up_mean_down, situation.best_up_mean_down);
  });
  AF_CHECK(row != kMatrix.end());
  return *row;
}

}  // namespace asmforge

#include "core/remark.h"

#include <array>

#include "core/names.h"

namespace asmforge {
namespace {

constexpr std::array kKinds = {
    NameOf<RemarkKind>{RemarkKind::kPassed, "passed"},
    NameOf<RemarkKind>{RemarkKind::kMissed, "missed"},
    NameOf<RemarkKind>{RemarkKind::kAnalysis, "analysis"},
    NameOf<RemarkKind>{RemarkKind::kFailure, "failure"},
};

}  // namespace

std::string_view to_string(RemarkKind kind) { return name_in(kKinds, kind); }

}  // namespace asmforge

#include "core/soak.h"

#include "core/names.h"

namespace asmforge {
namespace {

constexpr std::array<NameOf<SoakKind>, 3> kSoakKindNames = {{
    {SoakKind::kFlat, "FLAT"},
    {SoakKind::kLeak, "LEAK"},
    {SoakKind::kInconclusive, "INCONCLUSIVE"},
}};

}  // namespace

std::string_view to_string(SoakKind kind) { return name_in(kSoakKindNames, kind); }

}  // namespace asmforge

#include "base/version.h"

namespace asmforge {

std::string_view version() { return ASMFORGE_VERSION; }

}  // namespace asmforge

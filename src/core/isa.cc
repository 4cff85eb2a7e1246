#include "core/isa.h"

namespace asmforge {

std::string_view to_string(Isa isa) {
  switch (isa) {
    case Isa::kX86_64: return "x86-64";
    case Isa::kAarch64: return "AArch64";
  }
  return "unknown";
}

}  // namespace asmforge

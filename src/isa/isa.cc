#include "isa/isa.h"

#include "isa/aarch64.h"
#include "isa/x86_64.h"

namespace asmforge {

const IsaFacts& facts_of(Isa isa) {
  switch (isa) {
    case Isa::kX86_64: break;
    case Isa::kAarch64: return aarch64::facts();
  }
  return x86_64::facts();
}

}  // namespace asmforge

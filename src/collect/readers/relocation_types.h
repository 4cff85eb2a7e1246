// The relocations that the dynamic loader applies, by what they do; each machine numbers them
// in its own way.
#pragma once

#include <elf.h>

#include <cstdint>

#include "core/isa.h"

namespace asmforge {

struct LoaderRelocationTypes {
  std::uint32_t absolute;           // 64 bits: symbol plus addend
  std::uint32_t global_data;        // a slot of the GOT: the symbol
  std::uint32_t jump_slot;          // the same, for calls
  std::uint32_t relative;           // load base plus addend
  std::uint32_t indirect_relative;  // what the resolver at load base plus addend returns
};

constexpr LoaderRelocationTypes loader_relocation_types(Isa isa) {
  if (isa == Isa::kAarch64)
    return {R_AARCH64_ABS64, R_AARCH64_GLOB_DAT, R_AARCH64_JUMP_SLOT, R_AARCH64_RELATIVE,
            R_AARCH64_IRELATIVE};
  return {R_X86_64_64, R_X86_64_GLOB_DAT, R_X86_64_JUMP_SLOT, R_X86_64_RELATIVE,
          R_X86_64_IRELATIVE};
}

}  // namespace asmforge

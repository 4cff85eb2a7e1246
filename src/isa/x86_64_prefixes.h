/* The prefixes of x86-64 that may stand before an opcode, for C and C++: 2e 36 3e 26
 * 64 65 (segments, hints), 66 67 (sizes), f0 (lock), f2 f3 (rep). REX is none of them. */
#ifndef ASMFORGE_X86_64_PREFIXES_H
#define ASMFORGE_X86_64_PREFIXES_H

#include <stdbool.h>
#include <stdint.h>

static inline bool x86_64_is_prefix(uint8_t byte) {
  switch (byte) {
    case 0x26:
    case 0x2e:
    case 0x36:
    case 0x3e:
    case 0x64:
    case 0x65:
    case 0x66:
    case 0x67:
    case 0xf0:
    case 0xf2:
    case 0xf3: return true;
    default: return false;
  }
}

#endif

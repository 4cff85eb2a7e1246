/* What counting must know about an x86-64 instruction, from its bytes. */
#ifndef ASMFORGE_INSN_KIND_H
#define ASMFORGE_INSN_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* False only when it is certain that control reaches the next instruction: no memory
 * access that may fault, no division, nothing unknown. */
bool insn_may_leave(const uint8_t* bytes, size_t size);

/* rep movs, stos, cmps, lods, scas: QEMU runs each iteration as a block of its own. */
bool insn_is_repeated_string(const uint8_t* bytes, size_t size);

/* Whether a repeated string instruction may end just before `bytes`, where `before`
 * bytes can be read in front of it. May say yes wrongly, never no wrongly. */
bool insn_may_follow_repeated_string(const uint8_t* bytes, size_t before);

/* Locked, be it by a prefix or by itself (xchg with memory). */
bool insn_is_atomic(const uint8_t* bytes, size_t size);

/* A plain store or locked operation. QEMU never ends a block after one of these by
 * itself; it runs one alone only to repeat it (an unaligned atomic operation among
 * threads, a store into the running block). */
bool insn_is_plain_store(const uint8_t* bytes, size_t size);

#endif

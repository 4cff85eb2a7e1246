/* Which file, and which place in it, an address of the process is mapped from. */
#ifndef ASMFORGE_COUNT_MODULES_H
#define ASMFORGE_COUNT_MODULES_H

#include <stdint.h>

struct code_place {
  uint32_t module;      /* 0: no file (generated code, stack, anonymous memory) */
  uint64_t file_offset; /* of the address, when there is a module */
};

/* Reads /proc/self/maps when mappings may have changed; new files get a record. */
struct code_place place_of(uint64_t host_address);

/* To be told of every system call that may put code somewhere. */
void modules_mappings_changed(void);

#endif

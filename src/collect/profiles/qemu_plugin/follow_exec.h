/* The guest's execve: QEMU would run the new program natively, uncounted. */
#ifndef ASMFORGE_FOLLOW_EXEC_H
#define ASMFORGE_FOLLOW_EXEC_H

#include <stdint.h>

#include "emulated_command.h"

/* Executes the program under QEMU in this process, with the guest's own arguments.
 * Returns when that cannot be: QEMU's own execve then does what is right, be it an
 * error for the guest or a native run, which is noted in the header. */
void follow_exec(const struct emulator* emulator, uint64_t guest_base, uint64_t path,
                 uint64_t arguments, uint64_t environment);

#endif

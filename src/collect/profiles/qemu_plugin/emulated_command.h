/* The command line that runs a program under QEMU with the counting plugin.
 *
 * Used twice: by `asmforge profile` for the program it starts, and by the plugin for
 * what that program executes in turn. */
#ifndef ASMFORGE_EMULATED_COMMAND_H
#define ASMFORGE_EMULATED_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct emulator {
  const char* qemu;      /* path of qemu-x86_64 */
  const char* processor; /* for -cpu: "max,-erms" */
  const char* plugin;    /* path of the plugin */
  const char* folder;    /* for the count files */
  bool each;             /* a counter for each instruction, as an oracle for tests */
};

enum program_kind {
  PROGRAM_X86_64,    /* or a script whose interpreter is one */
  PROGRAM_MISSING,   /* errno says why it cannot be opened */
  PROGRAM_NOT_ELF,   /* neither ELF nor a script */
  PROGRAM_OTHER_ISA, /* ELF for something else */
  PROGRAM_SET_USER,  /* runs with the rights of its owner, which QEMU would lose */
};

/* Fills `command` and `environment`, both NULL-terminated and freed with
 * emulated_command_free, when the answer is PROGRAM_X86_64. `path` is opened as it is
 * (nothing is searched in PATH); `arguments` begins with argv[0]. */
enum program_kind emulated_command(const struct emulator* emulator, const char* path,
                                   char* const* arguments, char* const* environment_in,
                                   char*** command, char*** environment);
void emulated_command_free(char** command, char** environment);

#ifdef __cplusplus
}
#endif
#endif

#include "follow_exec.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "qemu_api.h"
#include "store.h"

enum { MAX_STRINGS = 1 << 20, MAX_STRING_BYTES = 128 << 10 /* the kernel's MAX_ARG_STRLEN */ };

/* Where the guest's address 0 is on the host; not 0 when QEMU itself occupies what
 * the program asked for. */
static uint64_t guest_base;

/* Not a plain read: the guest's pointers may be wrong, which is its own error. */
static bool read_guest(uint64_t address, void* out, size_t bytes) {
  struct iovec to = {out, bytes};
  struct iovec from = {(void*)(uintptr_t)(guest_base + address), bytes};
  return process_vm_readv(getpid(), &to, 1, &from, 1, 0) == (ssize_t)bytes;
}

/* A copy of the string, read up to page boundaries so that the next page is not needed. */
static char* read_string(uint64_t address) {
  char* text = NULL;
  size_t used = 0;
  while (used < MAX_STRING_BYTES) {
    size_t step = 256 - (address + used) % 256;
    char* larger = realloc(text, used + step + 1);
    if (larger == NULL) break;
    text = larger;
    if (!read_guest(address + used, text + used, step)) break;
    if (memchr(text + used, '\0', step) != NULL) return text;
    used += step;
  }
  free(text);
  return NULL;
}

static void free_list(char** list) {
  for (char** item = list; item != NULL && *item != NULL; ++item) free(*item);
  free(list);
}

static char** read_list(uint64_t address) {
  char** list = calloc(1, sizeof *list);
  for (size_t count = 0; list != NULL && address != 0; ++count) {
    uint64_t item = 0;
    if (count == MAX_STRINGS || !read_guest(address + count * sizeof item, &item, sizeof item))
      break;
    if (item == 0) return list;
    char** larger = realloc(list, (count + 2) * sizeof *list);
    if (larger == NULL) break;
    list = larger;
    list[count] = read_string(item);
    list[count + 1] = NULL;
    if (list[count] == NULL) break;
  }
  if (address == 0) return list;
  free_list(list);
  return NULL;
}

static void run(const struct emulator* emulator, const char* path, char** arguments,
                char** environment) {
  char **command = NULL, **kept = NULL;
  /* /proc/self/exe is QEMU here, and the program to the guest. */
  char own[PATH_MAX];
  if (strcmp(path, "/proc/self/exe") == 0 && realpath(qemu_plugin_path_to_binary(), own) != NULL)
    path = own;
  switch (emulated_command(emulator, path, arguments, environment, &command, &kept)) {
    case PROGRAM_X86_64:
      store_header()->state = COUNT_REPLACED;
      execve(command[0], command, kept);
      store_header()->state = COUNT_RUNNING;
      emulated_command_free(command, kept);
      break;
    case PROGRAM_OTHER_ISA:
    case PROGRAM_SET_USER:
      __atomic_add_fetch(&store_header()->uncounted_programs, 1, __ATOMIC_RELAXED);
      break;
    case PROGRAM_MISSING: /* the guest's own error: execvp searches PATH like this */
    case PROGRAM_NOT_ELF: break;
  }
}

void follow_exec(const struct emulator* emulator, uint64_t base, uint64_t path_address,
                 uint64_t arguments_address, uint64_t environment_address) {
  guest_base = base;
  char* path = read_string(path_address);
  char** arguments = read_list(arguments_address);
  char** environment = read_list(environment_address);
  if (path != NULL && arguments != NULL && environment != NULL)
    run(emulator, path, arguments, environment);
  free(path);
  free_list(arguments);
  free_list(environment);
}

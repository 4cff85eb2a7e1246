/* Preloaded into every program of a build: sees which programs it starts.
 *
 * A linker, an assembler or a compiler is started through asmforge_record, which keeps
 * its inputs before it runs and then becomes it: the process, its streams and its
 * status are the same. All other programs start as they would.
 *
 *     execve("/usr/bin/ld", {"ld", "-o", "a", "x.o"}, environment)
 *     execve(".../asmforge_record", {"asmforge_record", "/usr/bin/ld", "ld", "-o", ...}, ...)
 *
 * Calls may come from a vforked child, which shares its parent's memory: nothing here
 * keeps state that could be left behind, and nothing takes a lock.
 *
 * The environment of the build:
 *     ASMFORGE_CAPTURE   the folder that steps are written to; nothing is done without
 *     LD_PRELOAD         this library; put back when a build tool drops it */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tool_names.h"

extern char** environ;

static const char kFolder[] = "ASMFORGE_CAPTURE=";
static const char kPreload[] = "LD_PRELOAD=";

/* Where this library was loaded from, and what it starts instead; set once, before main. */
static char library[PATH_MAX];
static char recorder[PATH_MAX];
static char folder_variable[PATH_MAX + sizeof kFolder];

static int (*real_execve)(const char*, char* const[], char* const[]);
static int (*real_posix_spawn)(pid_t*, const char*, const posix_spawn_file_actions_t*,
                               const posix_spawnattr_t*, char* const[], char* const[]);

__attribute__((constructor)) static void find_files(void) {
  *(void**)&real_execve = dlsym(RTLD_NEXT, "execve");
  *(void**)&real_posix_spawn = dlsym(RTLD_NEXT, "posix_spawn");
  Dl_info info;
  const char* folder = getenv("ASMFORGE_CAPTURE");
  if (folder == NULL || dladdr((void*)&find_files, &info) == 0 || info.dli_fname == NULL) return;
  const char* slash = strrchr(info.dli_fname, '/');
  if (slash == NULL || strlen(info.dli_fname) >= sizeof library - 32 || strlen(folder) >= PATH_MAX)
    return;
  strcpy(library, info.dli_fname);
  snprintf(folder_variable, sizeof folder_variable, "%s%s", kFolder, folder);
  snprintf(recorder, sizeof recorder, "%.*s/asmforge_record", (int)(slash - info.dli_fname),
           info.dli_fname);
}

/* One block for the lists and strings of a call. Mapped, not allocated: a vforked child
 * must not touch its parent's heap. An exec frees it; `unmap` after a failed one. */
struct block {
  char* bytes;
  size_t size;
};

static bool map(struct block* block, size_t size) {
  block->size = size;
  block->bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return block->bytes != MAP_FAILED;
}

static void unmap(struct block* block) { munmap(block->bytes, block->size); }

static size_t count(char* const list[]) {
  size_t items = 0;
  while (list != NULL && list[items] != NULL) ++items;
  return items;
}

static bool starts_with(const char* text, const char* front) {
  return strncmp(text, front, strlen(front)) == 0;
}

/* What to start instead of (path, argv, environment). */
struct start {
  const char* path;
  char* const* argv;
  char* const* environment;
  struct block block;
};

/* False when the call is to go on as it is. */
static bool redirect(struct start* start, const char* path, char* const argv[],
                     char* const environment[]) {
  if (recorder[0] == '\0' || argv == NULL || argv[0] == NULL) return false;
  const bool tool = asmforge_tool_named(path) != ASMFORGE_NO_TOOL;
  const size_t arguments = count(argv);
  const size_t variables = count(environment);
  const char* preload = NULL;
  bool has_folder = false;
  for (size_t i = 0; i < variables; ++i) {
    if (starts_with(environment[i], kPreload)) preload = environment[i];
    if (starts_with(environment[i], kFolder)) has_folder = true;
  }
  const bool has_library = preload != NULL && strstr(preload, library) != NULL;
  if (!tool && has_folder && has_library) return false;

  const size_t preload_size =
      sizeof kPreload + sizeof library + (preload == NULL ? 0 : strlen(preload)) + 2;
  if (!map(&start->block, (arguments + variables + 8) * sizeof(char*) + preload_size)) return false;
  char** list = (char**)(void*)start->block.bytes;
  char* text = start->block.bytes + (arguments + variables + 8) * sizeof(char*);

  start->path = tool ? recorder : path;
  start->argv = argv;
  if (tool) {
    start->argv = list;
    *list++ = recorder;
    *list++ = (char*)path;
    for (size_t i = 0; i < arguments; ++i) *list++ = argv[i];
    *list++ = NULL;
  }
  start->environment = list;
  for (size_t i = 0; i < variables; ++i)
    if (has_library || environment[i] != preload) *list++ = environment[i];
  if (!has_library) {
    snprintf(text, preload_size, "%s%s%s%s", kPreload, library, preload == NULL ? "" : ":",
             preload == NULL ? "" : preload + strlen(kPreload));
    *list++ = text;
  }
  if (!has_folder) *list++ = folder_variable;
  *list = NULL;
  return true;
}

/* The file that `name` means to execvp; false when there is none. */
static bool find_in_path(const char* name, char found[PATH_MAX]) {
  if (strchr(name, '/') != NULL) return snprintf(found, PATH_MAX, "%s", name) < PATH_MAX;
  const char* path = getenv("PATH");
  if (path == NULL) path = "/bin:/usr/bin";
  while (true) {
    const char* end = strchrnul(path, ':');
    const int length = (int)(end - path);
    const int written = length == 0 ? snprintf(found, PATH_MAX, "./%s", name)
                                    : snprintf(found, PATH_MAX, "%.*s/%s", length, path, name);
    if (written < PATH_MAX && access(found, X_OK) == 0) return true;
    if (*end == '\0') return false;
    path = end + 1;
  }
}

int execve(const char* path, char* const argv[], char* const environment[]) {
  struct start start;
  if (!redirect(&start, path, argv, environment)) return real_execve(path, argv, environment);
  /* A tool that is not there must fail here, not in the recorder. */
  if (start.path == recorder && access(path, X_OK) != 0) {
    const int reason = errno;
    unmap(&start.block);
    errno = reason;
    return -1;
  }
  int status = real_execve(start.path, start.argv, start.environment);
  int reason = errno;
  unmap(&start.block);
  /* One that has no room for two more arguments runs without being recorded. */
  if (start.path == recorder) {
    status = real_execve(path, argv, environment);
    reason = errno;
  }
  errno = reason;
  return status;
}

int execv(const char* path, char* const argv[]) { return execve(path, argv, environ); }

int execvpe(const char* name, char* const argv[], char* const environment[]) {
  static int (*real)(const char*, char* const[], char* const[]);
  char found[PATH_MAX];
  struct start start;
  if (find_in_path(name, found) && redirect(&start, found, argv, environment)) {
    if (start.path == recorder) {
      real_execve(start.path, start.argv, start.environment);
      unmap(&start.block);
    } else {
      environment = start.environment;
    }
  }
  if (real == NULL) *(void**)&real = dlsym(RTLD_NEXT, "execvpe");
  return real(name, argv, environment);
}

int execvp(const char* name, char* const argv[]) { return execvpe(name, argv, environ); }

/* The arguments of execl and its kin as a list on the caller's stack. */
#define LISTED(first)                               \
  va_list arguments;                                \
  va_start(arguments, first);                       \
  size_t items = 1;                                 \
  while (va_arg(arguments, char*) != NULL) ++items; \
  va_end(arguments);                                \
  char* argv[items + 1];                            \
  argv[0] = (char*)(first);                         \
  va_start(arguments, first);                       \
  for (size_t i = 1; i <= items; ++i) argv[i] = va_arg(arguments, char*)

int execl(const char* path, const char* first, ...) {
  LISTED(first);
  va_end(arguments);
  return execve(path, argv, environ);
}

int execlp(const char* name, const char* first, ...) {
  LISTED(first);
  va_end(arguments);
  return execvpe(name, argv, environ);
}

int execle(const char* path, const char* first, ...) {
  LISTED(first);
  char* const* environment = va_arg(arguments, char* const*);
  va_end(arguments);
  return execve(path, argv, environment);
}

int posix_spawn(pid_t* process, const char* path, const posix_spawn_file_actions_t* actions,
                const posix_spawnattr_t* attributes, char* const argv[],
                char* const environment[]) {
  struct start start;
  if (!redirect(&start, path, argv, environment) ||
      (start.path == recorder && path[0] == '/' && access(path, X_OK) != 0))
    return real_posix_spawn(process, path, actions, attributes, argv, environment);
  int failed =
      real_posix_spawn(process, start.path, actions, attributes, start.argv, start.environment);
  unmap(&start.block);
  if (failed != 0 && start.path == recorder)
    failed = real_posix_spawn(process, path, actions, attributes, argv, environment);
  return failed;
}

int posix_spawnp(pid_t* process, const char* name, const posix_spawn_file_actions_t* actions,
                 const posix_spawnattr_t* attributes, char* const argv[],
                 char* const environment[]) {
  static int (*real)(pid_t*, const char*, const posix_spawn_file_actions_t*,
                     const posix_spawnattr_t*, char* const[], char* const[]);
  char found[PATH_MAX];
  struct start start;
  if (asmforge_tool_named(name) != ASMFORGE_NO_TOOL && find_in_path(name, found))
    return posix_spawn(process, found, actions, attributes, argv, environment);
  if (real == NULL) *(void**)&real = dlsym(RTLD_NEXT, "posix_spawnp");
  /* Not posix_spawn: this one gives scripts without a first line to the shell. */
  if (!redirect(&start, name, argv, environment) || start.path == recorder)
    return real(process, name, actions, attributes, argv, environment);
  const int failed = real(process, name, actions, attributes, start.argv, start.environment);
  unmap(&start.block);
  return failed;
}

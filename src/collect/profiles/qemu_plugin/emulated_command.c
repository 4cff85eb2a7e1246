#include "emulated_command.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  HEAD_BYTES = 256,     /* of a script's first line, as in the kernel */
  MAX_INTERPRETERS = 4, /* scripts run by scripts, as in the kernel */
};

struct strings {
  char** items;
  size_t count, room;
};

static bool add(struct strings* list, const char* text) {
  if (list->count + 2 > list->room) {
    size_t room = list->room == 0 ? 32 : list->room * 2;
    char** larger = realloc(list->items, room * sizeof *larger);
    if (larger == NULL) return false;
    list->items = larger;
    list->room = room;
  }
  char* copy = strdup(text);
  if (copy == NULL) return false;
  list->items[list->count++] = copy;
  list->items[list->count] = NULL;
  return true;
}

static void release(char** items) {
  for (char** item = items; item != NULL && *item != NULL; ++item) free(*item);
  free(items);
}

/* QEMU splits plugin options at commas; a doubled one stands for itself. */
static bool append_doubling_commas(char* out, size_t room, const char* text) {
  size_t at = strlen(out);
  for (; *text != '\0'; ++text) {
    if (at + 3 > room) return false;
    out[at++] = *text;
    if (*text == ',') out[at++] = ',';
  }
  out[at] = '\0';
  return true;
}

static bool plugin_option(const struct emulator* e, char* out, size_t room) {
  out[0] = '\0';
  if (!append_doubling_commas(out, room, e->plugin)) return false;
  strncat(out, ",out=", room - strlen(out) - 1);
  if (!append_doubling_commas(out, room, e->folder)) return false;
  strncat(out, ",processor=", room - strlen(out) - 1);
  if (!append_doubling_commas(out, room, e->processor)) return false;
  if (e->each) strncat(out, ",each=on", room - strlen(out) - 1);
  return strlen(out) + 1 < room;
}

/* Kept from QEMU's own dynamic loader and handed to the program through -E, which
 * splits at commas. */
static bool is_for_the_loader(const char* variable) {
  return strncmp(variable, "LD_", 3) == 0 && strchr(variable, ',') == NULL;
}

static bool split_environment(char* const* in, struct strings* command, struct strings* kept) {
  for (; *in != NULL; ++in) {
    if (!is_for_the_loader(*in)) {
      if (!add(kept, *in)) return false;
    } else if (!add(command, "-E") || !add(command, *in)) {
      return false;
    }
  }
  return true;
}

static enum program_kind look_at(const char* path, char* head) {
  memset(head, 0, HEAD_BYTES + 1);
  struct stat status;
  int file = access(path, X_OK) == 0 ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
  if (file < 0) return PROGRAM_MISSING;
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
    close(file);
    errno = EACCES;
    return PROGRAM_MISSING;
  }
  ssize_t got = read(file, head, HEAD_BYTES);
  close(file);
  if (got < 3) return PROGRAM_NOT_ELF;
  if (head[0] == '#' && head[1] == '!') return PROGRAM_X86_64;
  if (got < (ssize_t)sizeof(Elf64_Ehdr) || memcmp(head, ELFMAG, SELFMAG) != 0)
    return PROGRAM_NOT_ELF;
  Elf64_Ehdr header;
  memcpy(&header, head, sizeof header);
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_machine != EM_X86_64)
    return PROGRAM_OTHER_ISA;
  if ((status.st_mode & S_ISUID) != 0 && status.st_uid != geteuid()) return PROGRAM_SET_USER;
  return PROGRAM_X86_64;
}

/* "#! /bin/sh -e" to "/bin/sh" and "-e" (all that follows is one argument, as in the
 * kernel); false when there is no interpreter. */
static bool split_first_line(char* head, char** interpreter, char** argument) {
  head[HEAD_BYTES] = '\0';
  head[strcspn(head, "\n")] = '\0';
  char* at = head + 2 + strspn(head + 2, " \t");
  *interpreter = at;
  at += strcspn(at, " \t");
  *argument = NULL;
  if (*at != '\0') {
    *at++ = '\0';
    at += strspn(at, " \t");
    char* end = at + strlen(at);
    while (end > at && (end[-1] == ' ' || end[-1] == '\t')) *--end = '\0';
    if (*at != '\0') *argument = at;
  }
  return **interpreter != '\0';
}

/* Follows #! lines: `words` becomes what the kernel would run, words[0] the file. */
static enum program_kind resolve(const char* path, char* const* arguments, struct strings* words,
                                 char** zeroth) {
  char head[HEAD_BYTES + 1];
  enum program_kind kind = look_at(path, head);
  *zeroth = strdup(arguments[0] != NULL ? arguments[0] : path);
  if (!add(words, path)) return PROGRAM_MISSING;
  for (size_t i = 1; arguments[0] != NULL && arguments[i] != NULL; ++i)
    if (!add(words, arguments[i])) return PROGRAM_MISSING;
  for (int depth = 0; kind == PROGRAM_X86_64 && head[0] == '#'; ++depth) {
    char *interpreter, *argument;
    if (depth == MAX_INTERPRETERS || !split_first_line(head, &interpreter, &argument))
      return PROGRAM_NOT_ELF;
    struct strings longer = {0};
    bool done = add(&longer, interpreter) && (argument == NULL || add(&longer, argument));
    for (size_t i = 0; done && i < words->count; ++i) done = add(&longer, words->items[i]);
    release(words->items);
    *words = longer;
    if (!done) return PROGRAM_MISSING;
    free(*zeroth);
    *zeroth = strdup(interpreter);
    kind = look_at(words->items[0], head);
  }
  return kind;
}

enum program_kind emulated_command(const struct emulator* e, const char* path,
                                   char* const* arguments, char* const* environment_in,
                                   char*** command, char*** environment) {
  struct strings words = {0}, line = {0}, kept = {0};
  char* zeroth = NULL;
  char option[3 * 4096];
  enum program_kind kind = resolve(path, arguments, &words, &zeroth);
  bool done = kind == PROGRAM_X86_64 && zeroth != NULL && plugin_option(e, option, sizeof option);
  done = done && add(&line, e->qemu) && add(&line, "-cpu") && add(&line, e->processor) &&
         add(&line, "-plugin") && add(&line, option) && add(&line, "-0") && add(&line, zeroth) &&
         split_environment(environment_in, &line, &kept) && add(&line, "--");
  for (size_t i = 0; done && i < words.count; ++i) done = add(&line, words.items[i]);
  /* An empty environment still is a list. */
  if (done && kept.items == NULL) done = (kept.items = calloc(1, sizeof(char*))) != NULL;
  free(zeroth);
  release(words.items);
  if (done) {
    *command = line.items;
    *environment = kept.items;
    return PROGRAM_X86_64;
  }
  release(line.items);
  release(kept.items);
  return kind == PROGRAM_X86_64 ? PROGRAM_MISSING : kind;
}

void emulated_command_free(char** command, char** environment) {
  release(command);
  release(environment);
}

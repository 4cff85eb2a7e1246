#include "modules.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "store.h"

struct mapping {
  uint64_t begin, end, offset, device, inode;
  const char* path;
};

struct module {
  uint64_t device, inode;
  char* path;
};

/* Used by the thread that translates; QEMU lets one at a time. */
static char* maps_text;          /* what the paths of `mappings` point into */
static struct mapping* mappings; /* of files, ascending */
static size_t mapping_count, mapping_room;
static struct module* modules; /* number i + 1 */
static size_t module_count, module_room;
static atomic_bool stale = true;

void modules_mappings_changed(void) { atomic_store(&stale, true); }

static void* grown(void* array, size_t count, size_t* room, size_t size) {
  if (count < *room) return array;
  size_t wanted = *room == 0 ? 256 : *room * 2;
  void* larger = realloc(array, wanted * size);
  if (larger != NULL) *room = wanted;
  return larger;
}

static bool append_module_record(uint32_t number, const struct mapping* m) {
  size_t path_bytes = strlen(m->path);
  size_t bytes = (sizeof(struct count_module) + path_bytes + 7) & ~(size_t)7;
  struct count_module* record = calloc(1, bytes);
  if (record == NULL) return false;
  struct stat status;
  if (stat(m->path, &status) != 0) memset(&status, 0, sizeof status);
  *record = (struct count_module){.kind = COUNT_MODULE,
                                  .bytes = (uint32_t)bytes,
                                  .module = number,
                                  .path_bytes = (uint32_t)path_bytes,
                                  .device = status.st_dev,
                                  .inode = status.st_ino,
                                  .size = (uint64_t)status.st_size,
                                  .modified_seconds = status.st_mtim.tv_sec,
                                  .modified_nanoseconds = status.st_mtim.tv_nsec};
  memcpy(record + 1, m->path, path_bytes);
  bool written = store_append(record, (uint32_t)bytes);
  free(record);
  return written;
}

/* 0 when there is no room to say what it is. */
static uint32_t number_of(const struct mapping* m) {
  for (size_t i = module_count; i-- > 0;)
    if (modules[i].device == m->device && modules[i].inode == m->inode &&
        strcmp(modules[i].path, m->path) == 0)
      return (uint32_t)i + 1;
  struct module* larger = grown(modules, module_count, &module_room, sizeof *modules);
  if (larger == NULL) return 0;
  modules = larger;
  uint32_t number = (uint32_t)module_count + 1;
  char* path = strdup(m->path);
  if (path == NULL || !append_module_record(number, m)) {
    free(path);
    return 0;
  }
  modules[module_count++] = (struct module){m->device, m->inode, path};
  return number;
}

static char* read_maps(void) {
  int file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  if (file < 0) return NULL;
  size_t used = 0, room = 64 << 10;
  char* text = malloc(room);
  while (text != NULL) {
    ssize_t got = read(file, text + used, room - used - 1);
    if (got <= 0) break;
    used += (size_t)got;
    if (room - used > 8192) continue;
    char* larger = realloc(text, room *= 2);
    if (larger == NULL) free(text);
    text = larger;
  }
  close(file);
  if (text != NULL) text[used] = '\0';
  return text;
}

/* "55d0-55d1 r--p 00001000 fd:00 1234    /usr/bin/prog"; other lines have inode 0. */
static bool parse_line(const char* line, struct mapping* m) {
  unsigned long long begin, end, offset, inode;
  unsigned device_major, device_minor;
  int path_at = 0;
  if (sscanf(line, "%llx-%llx %*4s %llx %x:%x %llu %n", &begin, &end, &offset, &device_major,
             &device_minor, &inode, &path_at) < 6)
    return false;
  *m = (struct mapping){begin, end,           offset, makedev(device_major, device_minor),
                        inode, line + path_at};
  return inode != 0 && path_at != 0 && line[path_at] == '/';
}

static void read_mappings(void) {
  mapping_count = 0;
  free(maps_text);
  maps_text = read_maps();
  if (maps_text == NULL) return;
  char* next = NULL;
  for (char* line = strtok_r(maps_text, "\n", &next); line != NULL;
       line = strtok_r(NULL, "\n", &next)) {
    struct mapping m;
    if (!parse_line(line, &m)) continue;
    struct mapping* larger = grown(mappings, mapping_count, &mapping_room, sizeof *mappings);
    if (larger == NULL) return;
    mappings = larger;
    mappings[mapping_count++] = m;
  }
}

struct code_place place_of(uint64_t host_address) {
  if (atomic_exchange(&stale, false)) read_mappings();
  size_t low = 0, high = mapping_count;
  while (low < high) { /* the first mapping that ends behind the address */
    size_t middle = (low + high) / 2;
    if (mappings[middle].end <= host_address)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == mapping_count || mappings[low].begin > host_address) return (struct code_place){0, 0};
  const struct mapping* m = &mappings[low];
  return (struct code_place){number_of(m), m->offset + (host_address - m->begin)};
}

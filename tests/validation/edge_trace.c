/* A QEMU plugin that writes which way control went: for one file of the program,
 * every pair (last instruction of a block that ran, first instruction of the next),
 * as offsets into that file; all other code is one place, OUTSIDE.
 *
 *     qemu-x86_64 -plugin edge_trace.so,module=/usr/bin/sort,out=DIR sort ...
 *
 * Each process writes DIR/edges.<pid> when it exits: pairs of 64-bit numbers. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../src/collect/profiles/qemu_plugin/qemu_api.h"

#define OUTSIDE (~UINT64_C(0))
enum { MOST_VCPUS = 4096 };

struct block {
  uint64_t first, last;
  uint64_t seen_from; /* the pair that was recorded last: most repeat */
};
struct pair {
  uint64_t from, to;
};

static const char* module;
static const char* folder;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct pair* pairs; /* open hash table; to == 0 && from == 0: free */
static size_t pair_room, pair_count;
static uint64_t previous[MOST_VCPUS];
static struct block outside = {OUTSIDE, OUTSIDE, 0};

static size_t slot_of(const struct pair* table, size_t room, struct pair wanted) {
  uint64_t hash = (wanted.from * UINT64_C(0x9e3779b97f4a7c15)) ^ wanted.to;
  hash = (hash ^ (hash >> 29)) * UINT64_C(0xbf58476d1ce4e5b9);
  size_t i = (hash ^ (hash >> 32)) & (room - 1);
  while ((table[i].from != 0 || table[i].to != 0) &&
         (table[i].from != wanted.from || table[i].to != wanted.to))
    i = (i + 1) & (room - 1);
  return i;
}

static void record(uint64_t from, uint64_t to) {
  pthread_mutex_lock(&lock);
  if (pair_count * 2 >= pair_room) {
    size_t room = pair_room == 0 ? 1 << 16 : pair_room * 2;
    struct pair* larger = calloc(room, sizeof *larger);
    if (larger == NULL) abort();
    for (size_t i = 0; i < pair_room; ++i)
      if (pairs[i].from != 0 || pairs[i].to != 0)
        larger[slot_of(larger, room, pairs[i])] = pairs[i];
    free(pairs);
    pairs = larger;
    pair_room = room;
  }
  struct pair wanted = {from, to};
  size_t i = slot_of(pairs, pair_room, wanted);
  if (pairs[i].from == 0 && pairs[i].to == 0) {
    pairs[i] = wanted;
    ++pair_count;
  }
  pthread_mutex_unlock(&lock);
}

static void on_block(unsigned vcpu, void* data) {
  struct block* block = data;
  uint64_t from = previous[vcpu % MOST_VCPUS];
  previous[vcpu % MOST_VCPUS] = block->last;
  if (from == block->seen_from || (from == OUTSIDE && block->first == OUTSIDE)) return;
  block->seen_from = from;
  record(from, block->first);
}

/* The offset in the traced file of the code at this host address, or OUTSIDE. Guest
 * memory is mapped from the same files as in any process. */
static uint64_t offset_of(uint64_t host) {
  static uint64_t begin, end, base; /* the mapping found last */
  static bool ours;
  if (host < begin || host >= end) {
    FILE* maps = fopen("/proc/self/maps", "r");
    char line[8192];
    begin = end = 0;
    ours = false;
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
      unsigned long long low, high, offset;
      int path_at = 0;
      if (sscanf(line, "%llx-%llx %*s %llx %*s %*s %n", &low, &high, &offset, &path_at) < 3)
        continue;
      if (host < low || host >= high) continue;
      line[strcspn(line, "\n")] = 0;
      begin = low;
      end = high;
      base = low - offset;
      ours = path_at != 0 && strcmp(line + path_at, module) == 0;
      break;
    }
    if (maps != NULL) fclose(maps);
  }
  return ours ? host - base : OUTSIDE;
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb* tb) {
  (void)id;
  size_t count = qemu_plugin_tb_n_insns(tb);
  if (count == 0) return;
  struct qemu_plugin_insn* first = qemu_plugin_tb_get_insn(tb, 0);
  struct qemu_plugin_insn* last = qemu_plugin_tb_get_insn(tb, count - 1);
  uint64_t at = offset_of((uint64_t)(uintptr_t)qemu_plugin_insn_haddr(first));
  struct block* block = &outside;
  if (at != OUTSIDE) {
    block = calloc(1, sizeof *block); /* as long-lived as the program */
    if (block == NULL) abort();
    block->first = at;
    block->last = at + qemu_plugin_insn_vaddr(last) - qemu_plugin_insn_vaddr(first);
  }
  qemu_plugin_register_vcpu_insn_exec_cb(first, on_block, QEMU_PLUGIN_CB_NO_REGS, block);
}

static void on_exit_of_process(qemu_plugin_id_t id, void* data) {
  (void)id, (void)data;
  char path[4096];
  snprintf(path, sizeof path, "%s/edges.%d", folder, (int)getpid());
  FILE* out = fopen(path, "w");
  if (out == NULL) {
    perror(path);
    return;
  }
  for (size_t i = 0; i < pair_room; ++i)
    if (pairs[i].from != 0 || pairs[i].to != 0) fwrite(&pairs[i], sizeof pairs[i], 1, out);
  fclose(out);
}

QEMU_API_EXPORT int qemu_plugin_version = 1;

QEMU_API_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t* info, int argc,
                                        char** argv) {
  (void)info;
  for (int i = 0; i < argc; ++i) {
    if (strncmp(argv[i], "module=", 7) == 0) module = argv[i] + 7;
    if (strncmp(argv[i], "out=", 4) == 0) folder = argv[i] + 4;
  }
  if (module == NULL || folder == NULL) {
    fprintf(stderr, "edge_trace: module= and out= must be given\n");
    return 1;
  }
  for (size_t i = 0; i < MOST_VCPUS; ++i) previous[i] = OUTSIDE;
  qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
  qemu_plugin_register_atexit_cb(id, on_exit_of_process, NULL);
  return 0;
}

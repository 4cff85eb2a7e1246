/* A QEMU plugin that counts how often each instruction runs, exactly.
 *
 * QEMU translates blocks of guest code; each is cut here into segments, runs of
 * instructions of which only the last can leave the block early (by a fault), and each
 * segment gets one counter, added to before its first instruction. So an instruction's
 * count is how often it was started.
 *
 * What would make such counts wrong, and what is done about it:
 *  - faults in the middle of a block: see segments (insn_kind.h)
 *  - threads: QEMU's inline addition is not atomic, so once a second thread is about to
 *    start (QEMU then translates everything anew) counting is by callbacks, into
 *    counters of each thread's own
 *  - `rep movs`: QEMU runs a block per iteration; counted once per start
 *  - instructions that QEMU runs again, in a block of their own, because it could not
 *    finish them in their block (insn_is_plain_store): not counted again
 *  - retranslation: a segment keeps its counter, found again by what it is
 *  - fork: new files (store.h); exec: the new program is started under QEMU too */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "follow_exec.h"
#include "insn_kind.h"
#include "modules.h"
#include "qemu_api.h"
#include "store.h"

enum { PAGE_BYTES = 4096, LONGEST_INSN = 15, CLONE_VM_FLAG = 0x100, CLONE_VFORK_FLAG = 0x4000 };

static struct emulator emulator;
static atomic_bool threads;
static uint64_t guest_base; /* what to add to a guest address to have the host's */

/* ---- segments that have a counter: an open hash table ---- */

struct known_segment {
  uint64_t hash; /* 0: free */
  uint64_t file_offset;
  uint32_t module;
  uint32_t insns;
  uint32_t segment;
};
static struct known_segment* known;
static size_t known_count, known_room;

static uint64_t mix(uint64_t hash, uint64_t value) {
  hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
  return hash ^ (hash >> 29);
}

static struct known_segment* find(const struct known_segment* wanted) {
  for (size_t i = wanted->hash & (known_room - 1);; i = (i + 1) & (known_room - 1)) {
    struct known_segment* at = &known[i];
    if (at->hash == 0) return at;
    if (at->hash == wanted->hash && at->file_offset == wanted->file_offset &&
        at->module == wanted->module && at->insns == wanted->insns)
      return at;
  }
}

static bool make_room(void) {
  if (known_count * 2 < known_room) return true;
  size_t old_room = known_room;
  struct known_segment* old = known;
  size_t room = old_room == 0 ? 1 << 14 : old_room * 2;
  struct known_segment* larger = calloc(room, sizeof *larger);
  if (larger == NULL) return false;
  known = larger;
  known_room = room;
  for (size_t i = 0; i < old_room; ++i)
    if (old[i].hash != 0) *find(&old[i]) = old[i];
  free(old);
  return true;
}

/* ---- a segment in the making ---- */

struct run {
  struct qemu_plugin_insn* first;
  struct code_place place;
  uint32_t insns;
  uint8_t sizes[COUNT_MAX_INSNS];
};

static int64_t add_segment(const struct run* run) {
  int64_t segment = store_new_segment();
  if (segment < 0) return -1;
  struct {
    struct count_segment head;
    uint8_t sizes[COUNT_MAX_INSNS];
  } record = {{.kind = COUNT_SEGMENT,
               .bytes = (uint32_t)((sizeof(struct count_segment) + run->insns + 7) & ~7u),
               .segment = (uint32_t)segment,
               .module = run->place.module,
               .file_offset = run->place.file_offset,
               .insns = run->insns},
              {0}};
  memcpy(record.sizes, run->sizes, run->insns);
  return store_append(&record, record.head.bytes) ? segment : -1;
}

/* The segment's number, new or as it was given before; -1 when there is no room. */
static int64_t number_of(struct run* run) {
  if (run->place.module == 0) {
    /* Generated code has no lasting identity: one counter per length. */
    run->place.file_offset = 0;
    memset(run->sizes, 1, run->insns);
  }
  if (!make_room()) return -1;
  uint64_t hash = mix(mix(run->place.module, run->place.file_offset), run->insns);
  for (uint32_t i = 0; i < run->insns; ++i) hash = mix(hash, run->sizes[i]);
  struct known_segment wanted = {hash | 1, run->place.file_offset, run->place.module, run->insns,
                                 0};
  struct known_segment* at = find(&wanted);
  if (at->hash != 0) return at->segment;
  int64_t segment = add_segment(run);
  if (segment < 0) return -1;
  wanted.segment = (uint32_t)segment;
  *at = wanted;
  ++known_count;
  return segment;
}

/* ---- callbacks; their data is the segment's number plus 1 ---- */

static void on_segment(unsigned vcpu, void* data) {
  store_count(vcpu, (uint32_t)((uintptr_t)data - 1));
}

/* Per thread: the repeated string instruction that it is in the middle of. */
static const void* repeating[COUNT_MAX_SLOTS];

static const void** repeating_in(unsigned vcpu) {
  return &repeating[vcpu < COUNT_MAX_SLOTS ? vcpu : COUNT_MAX_SLOTS - 1];
}

/* Among threads QEMU gives an unaligned atomic operation up, and runs it alone while
 * the others wait. It may be told to do something else first; then the block is entered
 * again at this instruction. Per thread: the operation that was counted and is not known
 * to be done. */
static const void* unfinished[COUNT_MAX_SLOTS];

static const void** unfinished_in(unsigned vcpu) {
  return &unfinished[vcpu < COUNT_MAX_SLOTS ? vcpu : COUNT_MAX_SLOTS - 1];
}

static void on_repeat_from_above(unsigned vcpu, void* data) {
  *repeating_in(vcpu) = data;
  *unfinished_in(vcpu) = NULL;
  store_count(vcpu, (uint32_t)((uintptr_t)data - 1));
}

static void on_repeat_alone(unsigned vcpu, void* data) {
  if (*repeating_in(vcpu) != data) on_repeat_from_above(vcpu, data);
}

static void after_repeat(unsigned vcpu, void* data) {
  (void)data;
  *repeating_in(vcpu) = NULL;
}

static void on_atomic(unsigned vcpu, void* data) {
  if (*unfinished_in(vcpu) == data) return;
  *unfinished_in(vcpu) = data;
  on_segment(vcpu, data);
}

static void on_segment_after_atomic(unsigned vcpu, void* data) {
  *unfinished_in(vcpu) = NULL;
  on_segment(vcpu, data);
}

static void on_atomic_run_alone(unsigned vcpu, void* data) {
  (void)data;
  *unfinished_in(vcpu) = NULL;
}

/* ---- what is registered for a segment ---- */

enum run_kind { PLAIN, REPEATED, REPEATED_FIRST_IN_BLOCK, ATOMIC, AFTER_ATOMIC };

static void count_among_threads(struct qemu_plugin_insn* insn, enum run_kind kind, void* data) {
  qemu_vcpu_cb callback = kind == ATOMIC         ? on_atomic
                          : kind == AFTER_ATOMIC ? on_segment_after_atomic
                                                 : on_segment;
  qemu_plugin_register_vcpu_insn_exec_cb(insn, callback, QEMU_PLUGIN_CB_NO_REGS, data);
}

static void count_run(struct run* run, enum run_kind kind) {
  int64_t segment = number_of(run);
  if (segment < 0) {
    /* No room: as unattributed as generated code, and said so. */
    store_header()->full = 1;
    run->place = (struct code_place){0, 0};
    segment = number_of(run);
    if (segment < 0) return;
  }
  void* data = (void*)(uintptr_t)(segment + 1);
  if (kind == REPEATED || kind == REPEATED_FIRST_IN_BLOCK)
    qemu_plugin_register_vcpu_insn_exec_cb(
        run->first, kind == REPEATED ? on_repeat_from_above : on_repeat_alone,
        QEMU_PLUGIN_CB_NO_REGS, data);
  else if (atomic_load(&threads))
    count_among_threads(run->first, kind, data);
  else
    qemu_plugin_register_vcpu_insn_exec_inline(run->first, QEMU_PLUGIN_INLINE_ADD_U64,
                                               store_counter((uint32_t)segment), 1);
}

/* ---- blocks ---- */

struct insn {
  struct qemu_plugin_insn* handle;
  const uint8_t* bytes;
  size_t size;
  uint64_t address; /* of the guest */
  uint64_t host;
};

static struct insn insn_of(struct qemu_plugin_tb* block, size_t i) {
  struct qemu_plugin_insn* handle = qemu_plugin_tb_get_insn(block, i);
  return (struct insn){handle, qemu_plugin_insn_data(handle), qemu_plugin_insn_size(handle),
                       qemu_plugin_insn_vaddr(handle),
                       (uint64_t)(uintptr_t)qemu_plugin_insn_haddr(handle)};
}

static bool near_page_end(const struct insn* insn) {
  uint64_t end = (insn->address + insn->size) % PAGE_BYTES;
  return end == 0 || end > PAGE_BYTES - LONGEST_INSN;
}

static bool is_run_again(size_t count, const struct insn* only) {
  return count == 1 && insn_is_plain_store(only->bytes, only->size) && !near_page_end(only);
}

static bool run_goes_on(const struct run* run, const struct code_place* place) {
  uint64_t expected = run->place.file_offset;
  for (uint32_t i = 0; i < run->insns; ++i) expected += run->sizes[i];
  return run->insns < COUNT_MAX_INSNS && place->module == run->place.module &&
         (place->module == 0 || place->file_offset == expected);
}

/* The kind of the instruction's own segment; PLAIN when it needs none. An atomic one
 * that is the last of its block has nothing behind it that would say that it is done. */
static enum run_kind kind_of(const struct insn* insn, size_t index, size_t count) {
  if (insn_is_repeated_string(insn->bytes, insn->size))
    return index == 0 ? REPEATED_FIRST_IN_BLOCK : REPEATED;
  return index + 1 < count && insn_is_atomic(insn->bytes, insn->size) ? ATOMIC : PLAIN;
}

static void cut_into_segments(struct qemu_plugin_tb* block, size_t count) {
  static struct run run; /* QEMU translates one block at a time */
  run.insns = 0;
  enum run_kind of_run = PLAIN;
  enum run_kind before = PLAIN;
  for (size_t i = 0; i < count; ++i) {
    struct insn insn = insn_of(block, i);
    enum run_kind kind = kind_of(&insn, i, count);
    /* A block may reach into a second page, which may be another mapping. */
    bool new_page = i > 0 && insn.address % PAGE_BYTES < LONGEST_INSN;
    struct code_place place = {0, 0};
    if (run.insns == 0 || kind != PLAIN || new_page) place = place_of(insn.host);
    if (run.insns != 0 && (kind != PLAIN || (new_page && !run_goes_on(&run, &place)) ||
                           run.insns == COUNT_MAX_INSNS)) {
      count_run(&run, of_run);
      run.insns = 0;
      place = place_of(insn.host);
    }
    if (run.insns == 0) {
      run.first = insn.handle;
      run.place = place;
      of_run = kind == PLAIN && before == ATOMIC ? AFTER_ATOMIC : kind;
    }
    run.sizes[run.insns++] = (uint8_t)insn.size;
    if (kind != PLAIN || emulator.each || insn_may_leave(insn.bytes, insn.size)) {
      count_run(&run, of_run);
      run.insns = 0;
    }
    before = kind;
  }
  if (run.insns != 0) count_run(&run, of_run);
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb* block) {
  (void)id;
  size_t count = qemu_plugin_tb_n_insns(block);
  if (count == 0) return;
  struct insn first = insn_of(block, 0);
  guest_base = first.host - first.address;
  if (is_run_again(count, &first)) {
    if (insn_is_atomic(first.bytes, first.size))
      qemu_plugin_register_vcpu_insn_exec_cb(first.handle, on_atomic_run_alone,
                                             QEMU_PLUGIN_CB_NO_REGS, NULL);
    return;
  }
  uint64_t in_page = first.address % PAGE_BYTES;
  if (insn_may_follow_repeated_string((const uint8_t*)(uintptr_t)first.host,
                                      in_page < LONGEST_INSN ? 0 : in_page))
    qemu_plugin_register_vcpu_insn_exec_cb(first.handle, after_repeat, QEMU_PLUGIN_CB_NO_REGS,
                                           NULL);
  cut_into_segments(block, count);
}

/* ---- the guest's system calls ---- */

static void on_syscall(qemu_plugin_id_t id, unsigned vcpu, int64_t number, uint64_t a1, uint64_t a2,
                       uint64_t a3, uint64_t a4, uint64_t a5, uint64_t a6, uint64_t a7,
                       uint64_t a8) {
  (void)id, (void)vcpu, (void)a4, (void)a5, (void)a6, (void)a7, (void)a8;
  switch (number) {
    case SYS_mmap:
    case SYS_mprotect:
    case SYS_munmap:
    case SYS_mremap:
    case SYS_shmat:
    case SYS_pkey_mprotect: modules_mappings_changed(); break;
    case SYS_clone:
      /* With vfork's flags QEMU forks. */
      if ((a1 & CLONE_VM_FLAG) != 0 && (a1 & CLONE_VFORK_FLAG) == 0) {
        atomic_store(&threads, true);
        store_header()->threads = 1;
      }
      break;
    case SYS_execve: follow_exec(&emulator, guest_base, a1, a2, a3); break;
    default: break;
  }
}

static void on_exit_of_process(qemu_plugin_id_t id, void* data) {
  (void)id, (void)data;
  store_header()->state = COUNT_EXITED;
}

QEMU_API_EXPORT int qemu_plugin_version = 1;

static bool take_argument(const char* argument) {
  const char* value = strchr(argument, '=');
  if (value == NULL) return false;
  ++value;
  if (strncmp(argument, "out=", 4) == 0)
    emulator.folder = value;
  else if (strncmp(argument, "processor=", 10) == 0)
    emulator.processor = value;
  else if (strncmp(argument, "each=", 5) == 0)
    emulator.each = strcmp(value, "on") == 0;
  else
    return false;
  return true;
}

static const char* complain(const char* what, const char* about) {
  fprintf(stderr, "asmforge: counting in qemu: %s%s\n", what, about);
  return what;
}

QEMU_API_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t* info, int argc,
                                        char** argv) {
  if (info->system_emulation || strcmp(info->target_name, "x86_64") != 0) {
    complain("only programs for x86-64 can be counted, not ", info->target_name);
    return 1;
  }
  for (int i = 0; i < argc; ++i)
    if (!take_argument(argv[i])) {
      complain("unknown option ", argv[i]);
      return 1;
    }
  static char self[4096];
  Dl_info here;
  ssize_t bytes = readlink("/proc/self/exe", self, sizeof self - 1);
  if (bytes <= 0 || dladdr((void*)&qemu_plugin_version, &here) == 0 || emulator.folder == NULL ||
      emulator.processor == NULL) {
    complain("out= and processor= must be given", "");
    return 1;
  }
  emulator.qemu = self;
  emulator.plugin = strdup(here.dli_fname);
  const char* problem = store_open(emulator.folder);
  if (problem != NULL) {
    complain(problem, "");
    return 1;
  }
  pthread_atfork(NULL, NULL, store_after_fork);
  qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
  qemu_plugin_register_vcpu_syscall_cb(id, on_syscall);
  qemu_plugin_register_atexit_cb(id, on_exit_of_process, NULL);
  return 0;
}

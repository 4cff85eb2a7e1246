#include "store.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
  FIRST_SEGMENTS = 16 << 10, /* 128 KB of counters */
  LOG_STEP_BYTES = 1 << 20,
  PATH_BYTES = 4096,
};
static const size_t kSlotBytes = (size_t)COUNT_MAX_SEGMENTS * sizeof(uint64_t);
static const size_t kLogBytes = COUNT_HEADER_BYTES + COUNT_MAX_LOG_BYTES;

/* Private copies of what the header says: a forked child must not see what the parent
 * appends meanwhile. */
static struct {
  const char* folder;
  char base[PATH_BYTES]; /* folder/<pid>-<n> */
  uint8_t* log;
  uint64_t log_bytes;     /* used */
  uint64_t log_allocated; /* on disk */
  uint32_t segments;
  uint32_t segments_allocated;
  bool detached; /* counts go nowhere: no files could be made after a fork */
} store;

static _Atomic(uint64_t*) slot[COUNT_MAX_SLOTS];
static pthread_mutex_t slot_mutex = PTHREAD_MUTEX_INITIALIZER;

/* Allocated on disk up front: a write to a mapped hole on a full disk is a SIGBUS. */
static bool allocate(const char* path, uint64_t bytes) {
  int file = open(path, O_RDWR | O_CLOEXEC);
  if (file < 0) return false;
  bool done = posix_fallocate(file, 0, (off_t)bytes) == 0;
  close(file);
  return done;
}

/* A new file of `bytes` (sparse beyond `allocated`), mapped; at `where` when given. */
static void* map_new_file(const char* path, size_t bytes, size_t allocated, void* where) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur < bytes) return NULL;
  int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return NULL;
  void* memory = MAP_FAILED;
  if (ftruncate(file, (off_t)bytes) == 0 && posix_fallocate(file, 0, (off_t)allocated) == 0)
    memory = mmap(where, bytes, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_NORESERVE | (where != NULL ? MAP_FIXED : 0), file, 0);
  close(file);
  if (memory != MAP_FAILED) return memory;
  unlink(path);
  return NULL;
}

static void slot_path(char* path, unsigned index) {
  snprintf(path, PATH_BYTES + 16, "%s.%u", store.base, index);
}

static void log_path(char* path) { snprintf(path, PATH_BYTES + 16, "%s.log", store.base); }

/* Chooses a name that no other process, nor an earlier image of this one, has. */
static bool map_new_log(void* where) {
  char path[PATH_BYTES + 16];
  for (int n = 0; n < 10000; ++n) {
    snprintf(store.base, sizeof store.base, "%s/%d-%d", store.folder, (int)getpid(), n);
    log_path(path);
    if (access(path, F_OK) == 0) continue;
    store.log = map_new_file(path, kLogBytes, store.log_allocated, where);
    return store.log != NULL;
  }
  return false;
}

static uint64_t* map_slot(unsigned index, void* where) {
  char path[PATH_BYTES + 16];
  slot_path(path, index);
  return map_new_file(path, kSlotBytes, store.segments_allocated * sizeof(uint64_t), where);
}

struct count_header* store_header(void) { return (struct count_header*)store.log; }

static void publish_header(void) {
  struct count_header* header = store_header();
  memcpy(header->magic, COUNT_MAGIC, sizeof header->magic);
  header->pid = (uint32_t)getpid();
  header->slots = 1;
  header->segments = store.segments;
  __atomic_store_n(&header->log_bytes, store.log_bytes, __ATOMIC_RELEASE);
}

const char* store_open(const char* folder) {
  store.folder = folder;
  store.segments_allocated = FIRST_SEGMENTS;
  store.log_allocated = LOG_STEP_BYTES;
  if (!map_new_log(NULL)) return "no file for the counts can be made";
  uint64_t* first = map_slot(0, NULL);
  if (first == NULL) return "no file for the counters can be made";
  atomic_store(&slot[0], first);
  publish_header();
  return NULL;
}

bool store_append(const void* record, uint32_t bytes) {
  if (COUNT_HEADER_BYTES + store.log_bytes + bytes > store.log_allocated) {
    uint64_t wanted = store.log_allocated + LOG_STEP_BYTES;
    char path[PATH_BYTES + 16];
    log_path(path);
    if (wanted > kLogBytes || (!store.detached && !allocate(path, wanted))) return false;
    store.log_allocated = wanted;
  }
  memcpy(store.log + COUNT_HEADER_BYTES + store.log_bytes, record, bytes);
  store.log_bytes += bytes;
  __atomic_store_n(&store_header()->log_bytes, store.log_bytes, __ATOMIC_RELEASE);
  return true;
}

static bool grow_slots(void) {
  if (store.detached) return true; /* anonymous memory: nothing to allocate */
  uint32_t wanted = store.segments_allocated * 2;
  if (wanted > COUNT_MAX_SEGMENTS) return false;
  pthread_mutex_lock(&slot_mutex);
  bool done = true;
  for (unsigned i = 0; i < COUNT_MAX_SLOTS && done; ++i) {
    if (atomic_load(&slot[i]) == NULL) continue;
    char path[PATH_BYTES + 16];
    slot_path(path, i);
    done = allocate(path, wanted * sizeof(uint64_t));
  }
  if (done) store.segments_allocated = wanted;
  pthread_mutex_unlock(&slot_mutex);
  return done;
}

int64_t store_new_segment(void) {
  if (store.segments >= COUNT_MAX_SEGMENTS) return -1;
  if (store.segments == store.segments_allocated && !grow_slots()) return -1;
  uint32_t segment = store.segments++;
  store_header()->segments = store.segments;
  return segment;
}

uint64_t* store_counter(uint32_t segment) { return atomic_load(&slot[0]) + segment; }

static uint64_t* add_slot(unsigned index) {
  pthread_mutex_lock(&slot_mutex);
  uint64_t* counters = atomic_load(&slot[index]);
  if (counters == NULL) {
    if (!store.detached) counters = map_slot(index, NULL);
    if (counters == NULL) {
      /* The counts of this thread are lost, and the header says so. */
      counters = mmap(NULL, kSlotBytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      __atomic_add_fetch(&store_header()->uncounted_children, 1, __ATOMIC_RELAXED);
    }
    if (counters != MAP_FAILED) {
      if (store_header()->slots < index + 1) store_header()->slots = index + 1;
      atomic_store(&slot[index], counters);
    }
  }
  pthread_mutex_unlock(&slot_mutex);
  return counters;
}

void store_count(unsigned vcpu, uint32_t segment) {
  unsigned index = vcpu < COUNT_MAX_SLOTS ? vcpu : COUNT_MAX_SLOTS - 1;
  uint64_t* counters = atomic_load_explicit(&slot[index], memory_order_acquire);
  if (__builtin_expect(counters == NULL, 0)) {
    counters = add_slot(index);
    if (counters == MAP_FAILED) return;
  }
  if (index == COUNT_MAX_SLOTS - 1)
    __atomic_add_fetch(&counters[segment], 1, __ATOMIC_RELAXED);
  else
    ++counters[segment];
}

/* Private memory in place of the parent's mapping: what is counted there is lost. */
static void forget(void* where, size_t bytes) {
  if (mmap(where, bytes, PROT_READ | PROT_WRITE,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) == MAP_FAILED)
    _exit(127);
}

void store_after_fork(void) {
  pthread_mutex_init(&slot_mutex, NULL);
  for (unsigned i = 1; i < COUNT_MAX_SLOTS; ++i) {
    uint64_t* counters = atomic_exchange(&slot[i], NULL);
    if (counters != NULL) munmap(counters, kSlotBytes);
  }
  uint64_t* first = atomic_load(&slot[0]);
  if (store.detached) { /* since an earlier fork, so all is private already */
    __atomic_add_fetch(&store_header()->uncounted_children, 1, __ATOMIC_RELAXED);
    return;
  }
  uint8_t* old_log = store.log;
  struct count_header* parent = store_header();
  uint32_t threads = parent->threads;
  /* Copied before the new file takes the old one's place. */
  size_t kept = store.log_bytes;
  uint8_t* records =
      mmap(NULL, kept + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (records == MAP_FAILED) _exit(127);
  memcpy(records, old_log + COUNT_HEADER_BYTES, kept);

  bool has_log = map_new_log(old_log);
  if (!has_log) {
    __atomic_add_fetch(&parent->uncounted_children, 1, __ATOMIC_RELAXED);
    forget(old_log, kLogBytes);
    store.log = old_log;
  }
  store.detached = !has_log || map_slot(0, first) == NULL;
  if (store.detached) forget(first, kSlotBytes);

  memcpy(store.log + COUNT_HEADER_BYTES, records, kept);
  munmap(records, kept + 1);
  publish_header();
  store_header()->threads = threads;
  store_header()->uncounted_children = has_log && store.detached;
}

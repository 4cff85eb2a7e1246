/* Preloaded into an instrumented program: gives each thread counters of its own.
 *
 * The program counts with `inc qword ptr gs:[rip + counter]`. In the main thread the base
 * of gs is 0, and a file is mapped over the counters. Every other thread maps a file
 * elsewhere and sets its base to the distance, so no count is lost and none is atomic:
 *
 *     counter   = 0x5580'0060'1000   main thread
 *     its own   = 0x7f12'3400'1000   gs base 0x1f91'f3a0'0000
 *
 * A forked child maps new files, so that what its parent counted is not counted twice.
 *
 * It also counts the calls that do not come back or come back twice: from what leaves a
 * block it is inferred how often the block was entered, unless a call in it did that. */
#include <asm/prctl.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <threads.h>
#include <unistd.h>

#include "counter_file.h"

#define EXPORTED __attribute__((visibility("default")))

/* The counters of one thread, mapped behind their header. */
struct array {
  struct array* next;
  struct counter_header* header;
  pid_t owner; /* a thread that has ended leaves them to the next */
};

static char folder[PATH_MAX - 64];
static uint8_t* counters; /* NULL: this is not the instrumented program */
static size_t counter_bytes;
static struct counter_header* process; /* of the main thread's file: where events are counted */
static struct array* arrays;
static pthread_mutex_t arrays_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned files_made;

static void happened(void) {
  if (process != NULL) __atomic_fetch_add(&process->unpaired, 1, __ATOMIC_RELAXED);
}

static void not_counted(void) {
  if (process != NULL) __atomic_fetch_add(&process->uncounted, 1, __ATOMIC_RELAXED);
}

static uintptr_t distance(void) {
  unsigned long base = 0;
  syscall(SYS_arch_prctl, ARCH_GET_GS, &base);
  return base;
}

/* A new file with room for the header and the counters; -1 when there is none. */
static int new_file(void) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/%d-%u.counters", folder, (int)getpid(),
           __atomic_fetch_add(&files_made, 1, __ATOMIC_RELAXED));
  const int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return -1;
  /* Written to later, a full disk would be SIGBUS. */
  if (posix_fallocate(file, 0, (off_t)(COUNTER_HEADER_BYTES + counter_bytes)) == 0) return file;
  close(file);
  unlink(path);
  return -1;
}

static void fill_header(struct counter_header* header) {
  header->pid = (uint32_t)getpid();
  memcpy(header->magic, COUNTER_MAGIC, sizeof header->magic);
}

/* Maps a new file's counters over `place`, keeping what they are when `keep`. */
static struct counter_header* map_over(uint8_t* place, bool keep) {
  const int file = new_file();
  if (file < 0) return NULL;
  struct counter_header* header =
      mmap(NULL, COUNTER_HEADER_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  const bool kept =
      !keep || pwrite(file, place, counter_bytes, COUNTER_HEADER_BYTES) == (ssize_t)counter_bytes;
  const bool mapped = header != MAP_FAILED && kept &&
                      mmap(place, counter_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
                           file, COUNTER_HEADER_BYTES) != MAP_FAILED;
  close(file);
  if (!mapped) return NULL;
  fill_header(header);
  return header;
}

/* ---- threads ---- */

static struct array* array_left_behind(void) {
  int looked_at = 0;
  for (struct array* a = arrays; a != NULL && looked_at < 64; a = a->next, ++looked_at) {
    if (syscall(SYS_tgkill, getpid(), a->owner, 0) == 0 || errno != ESRCH) continue;
    a->owner = gettid();
    return a;
  }
  return NULL;
}

static struct array* new_array(void) {
  const size_t bytes = COUNTER_HEADER_BYTES + counter_bytes;
  const int file = new_file();
  void* memory =
      file < 0 ? MAP_FAILED : mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (file >= 0) close(file);
  if (memory == MAP_FAILED) {
    not_counted();
    memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) abort();
  }
  struct array* array = malloc(sizeof *array);
  if (array == NULL) abort();
  array->header = memory;
  array->owner = gettid();
  fill_header(array->header);
  array->header->is_thread = 1;
  array->next = arrays;
  arrays = array;
  return array;
}

static void use_counters_of_its_own(void) {
  const int saved = errno;
  pthread_mutex_lock(&arrays_lock);
  struct array* array = array_left_behind();
  if (array == NULL) array = new_array();
  pthread_mutex_unlock(&arrays_lock);
  const uintptr_t place = (uintptr_t)array->header + COUNTER_HEADER_BYTES;
  if (syscall(SYS_arch_prctl, ARCH_SET_GS, place - (uintptr_t)counters) != 0) not_counted();
  errno = saved;
}

struct start {
  void* (*routine)(void*);
  void* argument;
};

/* Also when it is cancelled or leaves by pthread_exit: then `returned` is false. */
static void thread_ends(void* returned) {
  __atomic_fetch_sub(&process->threads, 1, __ATOMIC_RELAXED);
  if (!*(bool*)returned) happened();
}

static void* run_thread(void* given) {
  const struct start start = *(struct start*)given;
  free(given);
  use_counters_of_its_own();
  void* result = NULL;
  bool returned = false;
  __atomic_fetch_add(&process->threads, 1, __ATOMIC_RELAXED);
  pthread_cleanup_push(thread_ends, &returned);
  result = start.routine(start.argument);
  returned = true;
  pthread_cleanup_pop(1);
  return result;
}

EXPORTED int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                            void* (*routine)(void*), void* argument) {
  int (*real)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*) = NULL;
  *(void**)&real = dlsym(RTLD_NEXT, "pthread_create");
  struct start* start = process == NULL ? NULL : malloc(sizeof *start);
  if (start == NULL) return real(thread, attributes, routine, argument);
  *start = (struct start){routine, argument};
  const int failed = real(thread, attributes, run_thread, start);
  if (failed != 0) free(start);
  return failed;
}

static void* run_standard_thread(void* given) {
  const struct start start = *(struct start*)given;
  free(given);
  return (void*)(intptr_t)((thrd_start_t)(void (*)(void))start.routine)(start.argument);
}

/* The C library's own makes its thread without asking anybody. */
EXPORTED int thrd_create(thrd_t* thread, thrd_start_t routine, void* argument) {
  int (*real)(thrd_t*, thrd_start_t, void*) = NULL;
  *(void**)&real = dlsym(RTLD_NEXT, "thrd_create");
  struct start* start = process == NULL ? NULL : malloc(sizeof *start);
  if (start == NULL) return real(thread, routine, argument);
  *start = (struct start){(void* (*)(void*))(void (*)(void))routine, argument};
  if (pthread_create(thread, NULL, run_standard_thread, start) == 0) return thrd_success;
  free(start);
  return thrd_error;
}

/* Those that the C library starts for SIGEV_THREAD would add to their maker's counters. */
EXPORTED int timer_create(clockid_t clock, struct sigevent* event, timer_t* timer) {
  int (*real)(clockid_t, struct sigevent*, timer_t*) = NULL;
  *(void**)&real = dlsym(RTLD_NEXT, "timer_create");
  if (event != NULL && event->sigev_notify == SIGEV_THREAD) not_counted();
  return real(clock, event, timer);
}

/* So would those that are made without any library. The call goes on as it came: six
 * arguments are what a system call has. */
EXPORTED long syscall(long number, ...) {
  static long (*real)(long, ...);
  if (real == NULL) *(void**)&real = dlsym(RTLD_NEXT, "syscall");
  if (number == SYS_clone || number == SYS_clone3 || number == SYS_fork || number == SYS_vfork)
    not_counted();
  va_list list;
  va_start(list, number);
  const long a = va_arg(list, long);
  const long b = va_arg(list, long);
  const long c = va_arg(list, long);
  const long d = va_arg(list, long);
  const long e = va_arg(list, long);
  const long f = va_arg(list, long);
  va_end(list);
  return real(number, a, b, c, d, e, f);
}

/* ---- processes ---- */

static void in_child(void) {
  struct counter_header* header = map_over(counters + distance(), false);
  arrays = NULL; /* the parent's */
  pthread_mutex_t unlocked = PTHREAD_MUTEX_INITIALIZER;
  arrays_lock = unlocked;
  if (header == NULL) {
    not_counted(); /* in the parent's header, which this still maps */
    mmap(counters + distance(), counter_bytes, PROT_READ | PROT_WRITE,
         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    process = NULL;
    return;
  }
  process = header;
  happened(); /* fork has come back a second time */
}

EXPORTED pid_t _Fork(void) {
  pid_t (*real)(void) = NULL;
  *(void**)&real = dlsym(RTLD_NEXT, "_Fork");
  const pid_t child = real();
  if (child == 0 && process != NULL) in_child();
  return child;
}

static bool is_the_program(void) {
  char path[PATH_MAX];
  const char* wanted = getenv(COUNTER_PROGRAM);
  const ssize_t length = readlink("/proc/self/exe", path, sizeof path);
  return wanted != NULL && length > 0 && (size_t)length == strlen(wanted) &&
         memcmp(path, wanted, (size_t)length) == 0;
}

static int find_base(struct dl_phdr_info* info, size_t bytes, void* base) {
  (void)bytes;
  *(uintptr_t*)base = info->dlpi_addr;
  return 1; /* the first is the program */
}

/* The program and what it executes see the environment that the user gave. */
static void put_environment_back(void) {
  const char* own = getenv(COUNTER_PRELOAD);
  if (own != NULL && *own != '\0')
    setenv("LD_PRELOAD", own, 1);
  else
    unsetenv("LD_PRELOAD");
  unsetenv(COUNTER_PRELOAD);
  unsetenv(COUNTER_FOLDER);
  unsetenv(COUNTER_PROGRAM);
  unsetenv(COUNTER_PLACE);
}

__attribute__((constructor)) static void begin(void) {
  const char* in = getenv(COUNTER_FOLDER);
  const char* at = getenv(COUNTER_PLACE);
  unsigned long long address = 0;
  unsigned long long bytes = 0;
  uintptr_t base = 0;
  if (in == NULL || at == NULL || strlen(in) >= sizeof folder || !is_the_program() ||
      sscanf(at, "%llx %llx", &address, &bytes) != 2)
    return;
  strcpy(folder, in);
  dl_iterate_phdr(find_base, &base);
  counters = (uint8_t*)(base + address);
  counter_bytes = bytes;
  process = map_over(counters, true);
  if (process != NULL) pthread_atfork(NULL, NULL, in_child);
  put_environment_back();
}

__attribute__((destructor)) static void end(void) {
  if (process != NULL && process->pid == (uint32_t)getpid()) process->ended = 1;
}

/* ---- calls that do not come back ---- */

EXPORTED _Noreturn void exit(int status) {
  happened();
  void (*real)(int) = NULL;
  *(void**)&real = dlsym(RTLD_NEXT, "exit");
  real(status);
  __builtin_unreachable();
}

EXPORTED _Noreturn void longjmp(jmp_buf buffer, int value) {
  happened();
  void (*real)(jmp_buf, int) = NULL;
  *(void**)&real = dlsym(RTLD_NEXT, "longjmp");
  real(buffer, value);
  __builtin_unreachable();
}

EXPORTED _Noreturn void _longjmp(jmp_buf buffer, int value) {
  happened();
  void (*real)(jmp_buf, int) = NULL;
  *(void**)&real = dlsym(RTLD_NEXT, "_longjmp");
  real(buffer, value);
  __builtin_unreachable();
}

EXPORTED _Noreturn void siglongjmp(sigjmp_buf buffer, int value) {
  happened();
  void (*real)(sigjmp_buf, int) = NULL;
  *(void**)&real = dlsym(RTLD_NEXT, "siglongjmp");
  real(buffer, value);
  __builtin_unreachable();
}

EXPORTED _Noreturn void __longjmp_chk(jmp_buf buffer, int value) {
  happened();
  void (*real)(jmp_buf, int) = NULL;
  *(void**)&real = dlsym(RTLD_NEXT, "__longjmp_chk");
  real(buffer, value);
  __builtin_unreachable();
}

/* Every exception of C++ and every unwinding panic of Rust. */
EXPORTED int _Unwind_RaiseException(void* exception) {
  int (*real)(void*) = NULL;
  *(void**)&real = dlsym(RTLD_NEXT, "_Unwind_RaiseException");
  if (real == NULL) { /* the library that throws was loaded where nobody else sees its own */
    void* unwinder = dlopen("libgcc_s.so.1", RTLD_LAZY);
    if (unwinder != NULL) *(void**)&real = dlsym(unwinder, "_Unwind_RaiseException");
  }
  if (real == NULL) abort();
  happened();
  return real(exception);
}

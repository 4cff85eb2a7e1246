/* Runs kernel() a known number of times in the way that argv[1] names. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TIMES = 20000 };
extern char** environ;

/* The counted instruction is the first: `kernel` itself. */
__attribute__((noinline)) void kernel(volatile unsigned* sum) { *sum += 1; }

static void run(void) {
  volatile unsigned sum = 0;
  for (int i = 0; i < TIMES; ++i) kernel(&sum);
}

/* All at the same time and long enough to meet. */
static pthread_barrier_t start;
static void* thread(void* unused) {
  (void)unused;
  pthread_barrier_wait(&start);
  for (int i = 0; i < 50; ++i) run();
  return NULL;
}

static void threads(int count) {
  pthread_t id[16];
  pthread_barrier_init(&start, NULL, (unsigned)count);
  for (int i = 0; i < count; ++i) pthread_create(&id[i], NULL, thread, NULL);
  for (int i = 0; i < count; ++i) pthread_join(id[i], NULL);
}

static int forks(int count) {
  for (int i = 0; i < count; ++i)
    if (fork() == 0) {
      run();
      _exit(0);
    }
  while (wait(NULL) > 0) {
  }
  return 0;
}

static void* fork_in_thread(void* unused) {
  (void)unused;
  forks(1);
  return NULL;
}

static volatile sig_atomic_t ticks;
static void on_tick(int signal) {
  (void)signal;
  ++ticks;
}

static void with_timer(void) {
  struct itimerval every = {{0, 500}, {0, 500}};
  signal(SIGALRM, on_tick);
  setitimer(ITIMER_REAL, &every, NULL);
  for (int i = 0; i < 20; ++i) run();
  memset(&every, 0, sizeof every);
  setitimer(ITIMER_REAL, &every, NULL);
}

static char line[128] __attribute__((aligned(64)));
static void* unaligned(void* unused) {
  (void)unused;
  uint64_t* across = (uint64_t*)(line + 60);
  for (int i = 0; i < 1000; ++i) {
    __asm__ volatile(
        ".globl locked\nlocked: lock addq $1, %0\n.globl after_locked\nafter_locked: nop"
        : "+m"(*across));
  }
  return NULL;
}

static void unaligned_threads(void) {
  pthread_t id[4];
  for (int i = 0; i < 4; ++i) pthread_create(&id[i], NULL, unaligned, NULL);
  for (int i = 0; i < 4; ++i) pthread_join(id[i], NULL);
}

/* mov eax, 1; nop; ret in anonymous memory */
static void generated(void) {
  static const unsigned char code[] = {0xb8, 1, 0, 0, 0, 0x90, 0xc3};
  void* page =
      mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memcpy(page, code, sizeof code);
  int (*function)(void) = (int (*)(void))page;
  for (int i = 0; i < TIMES; ++i) function();
}

static void again(char* self, int how) {
  char* argv[] = {self, "once", NULL};
  if (how == 0) {
    execv(self, argv);
    _exit(99);
  }
  pid_t child;
  if (how == 1) {
    posix_spawn(&child, self, NULL, NULL, argv, environ);
  } else if ((child = vfork()) == 0) {
    execv(self, argv);
    _exit(99);
  }
  waitpid(child, NULL, 0);
}

int main(int argc, char** argv) {
  const char* what = argc > 1 ? argv[1] : "once";
  if (!strcmp(what, "once"))
    run();
  else if (!strcmp(what, "threads"))
    threads(4);
  else if (!strcmp(what, "forks"))
    forks(6);
  else if (!strcmp(what, "threads-fork")) {
    pthread_t id[4];
    for (int i = 0; i < 4; ++i) pthread_create(&id[i], NULL, fork_in_thread, NULL);
    threads(4);
    for (int i = 0; i < 4; ++i) pthread_join(id[i], NULL);
  } else if (!strcmp(what, "_exit")) {
    run();
    _exit(0);
  } else if (!strcmp(what, "abort")) {
    run();
    abort();
  } else if (!strcmp(what, "kill")) {
    run();
    kill(getpid(), SIGKILL);
  } else if (!strcmp(what, "crash")) {
    run();
    *(volatile int*)8 = 1;
  } else if (!strcmp(what, "timer"))
    with_timer();
  else if (!strcmp(what, "unaligned"))
    unaligned_threads();
  else if (!strcmp(what, "generated"))
    generated();
  else if (!strcmp(what, "exec")) {
    run();
    again(argv[0], 0);
  } else if (!strcmp(what, "spawn")) {
    run();
    again(argv[0], 1);
  } else if (!strcmp(what, "vfork")) {
    run();
    again(argv[0], 2);
  } else if (!strcmp(what, "forever")) {
    run();
    puts("ready");
    fflush(stdout);
    for (;;) pause();
  } else
    return 2;
  return 0;
}

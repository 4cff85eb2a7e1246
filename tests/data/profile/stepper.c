/* Steps through a program and prints "address count" of each instruction that ran.
 * A repeated string instruction traps once an iteration and is counted once a start. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROOM = 1 << 16 };
static struct {
  unsigned long address, count;
} table[ROOM];

static void count(unsigned long address) {
  unsigned i = (unsigned)(address * 2654435761u) % ROOM;
  while (table[i].address != 0 && table[i].address != address) i = (i + 1) % ROOM;
  table[i].address = address;
  ++table[i].count;
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  pid_t pid = fork();
  if (pid == 0) {
    ptrace(PTRACE_TRACEME, 0, 0, 0);
    execl(argv[1], argv[1], (char*)NULL);
    _exit(127);
  }
  int status;
  unsigned long last = 0;
  while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
    struct user_regs_struct registers;
    if (ptrace(PTRACE_GETREGS, pid, 0, &registers) != 0) return 1;
    unsigned long code = (unsigned long)ptrace(PTRACE_PEEKTEXT, pid, registers.rip, 0);
    int repeated = (code & 0xff) == 0xf3 || (code & 0xff) == 0xf2;
    if (!repeated || registers.rip != last) count(registers.rip);
    last = repeated ? registers.rip : 0;
    ptrace(PTRACE_SINGLESTEP, pid, 0, 0);
  }
  for (unsigned i = 0; i < ROOM; ++i)
    if (table[i].count != 0) printf("%lx %lu\n", table[i].address, table[i].count);
  return 0;
}

/* The files in which an instrumented program leaves its counters.
 *
 *     <pid>-<n>.counters   one for each thread, made again in a forked child; sum them
 *
 * A page with the header below, then one uint64_t a counter. They are shared mappings, so
 * whatever ends the process they hold all that was counted. Written by C in the program's
 * processes, read by C++ in ours. */
#ifndef ASMFORGE_COUNTER_FILE_H
#define ASMFORGE_COUNTER_FILE_H

#include <stdint.h>

#define COUNTER_MAGIC "AFNATIV1"
#define COUNTER_FOLDER "ASMFORGE_COUNTERS_IN"       /* the folder */
#define COUNTER_PROGRAM "ASMFORGE_COUNTERS_OF"      /* what /proc/self/exe leads to */
#define COUNTER_PLACE "ASMFORGE_COUNTERS_AT"        /* "address bytes", hexadecimal, load base 0 */
#define COUNTER_PRELOAD "ASMFORGE_COUNTERS_PRELOAD" /* the user's own LD_PRELOAD */

enum { COUNTER_HEADER_BYTES = 4096 };

struct counter_header {
  char magic[8];
  uint32_t pid;
  uint32_t ended;     /* 1: the process got as far as to run its destructors */
  uint64_t unpaired;  /* calls that did not come back, or came back once more */
  uint32_t uncounted; /* threads or children that could not get counters of their own */
  uint32_t threads;   /* that have begun and not ended */
  uint32_t is_thread; /* 1: of a thread besides the main one; all above but the pid is 0 */
};

#endif

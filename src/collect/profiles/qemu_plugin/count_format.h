/* The files in which the plugin leaves its counts, one set a process.
 *
 *     <pid>-<n>.log      the header below, then records: modules and segments
 *     <pid>-<n>.0 .1 ..  one uint64_t a segment: how often it ran, one file a guest
 *                        thread (QEMU's vcpu index); sum them
 *
 * They are shared mappings, so whatever ends the process (exit, a signal, SIGKILL)
 * they hold all that was counted. Written by C in QEMU's process, read by C++ in ours. */
#ifndef ASMFORGE_COUNT_FORMAT_H
#define ASMFORGE_COUNT_FORMAT_H

#include <stdint.h>

#define COUNT_MAGIC "AFCOUNT1"

enum {
  COUNT_MAX_SEGMENTS = 4 << 20,
  COUNT_MAX_SLOTS = 2048, /* threads beyond share the last slot, with atomic additions */
  COUNT_MAX_INSNS = 1024, /* in a segment; QEMU's blocks have at most 512 */
  COUNT_HEADER_BYTES = 4096,
};
#define COUNT_MAX_LOG_BYTES (UINT64_C(320) << 20)

enum count_state { COUNT_RUNNING = 0, COUNT_EXITED = 1, COUNT_REPLACED = 2 /* by exec */ };

struct count_header {
  char magic[8];
  uint32_t pid;
  uint32_t state;
  uint64_t log_bytes; /* of complete records, after COUNT_HEADER_BYTES */
  uint32_t segments;
  uint32_t slots;              /* files .0 to .slots-1 may be there */
  uint32_t uncounted_children; /* forked processes that could not get files of their own */
  uint32_t uncounted_programs; /* exec of what QEMU cannot run; ran natively */
  uint32_t full;               /* 1: out of room, later code is counted as unattributed */
  uint32_t threads;            /* 1: more than one thread ran */
};

enum count_record_kind { COUNT_MODULE = 1, COUNT_SEGMENT = 2 };

/* A file whose bytes were mapped as code. Followed by its path without terminator;
 * padded to 8 bytes. Module 0 is everything that is no file and has no record. */
struct count_module {
  uint32_t kind;
  uint32_t bytes; /* of the record with padding */
  uint32_t module;
  uint32_t path_bytes;
  /* What stat said of the path when the code was first seen; all 0 when it is gone.
   * Compared before the file is opened later: another file says nothing about this code. */
  uint64_t device;
  uint64_t inode;
  uint64_t size;
  int64_t modified_seconds;
  int64_t modified_nanoseconds;
};

/* Consecutive instructions of which none but the last can leave the run: each ran as
 * often as the first. Followed by one size in bytes per instruction, padded to 8.
 * In module 0 only the number of instructions means something. */
struct count_segment {
  uint32_t kind;
  uint32_t bytes;
  uint32_t segment;
  uint32_t module;
  uint64_t file_offset;
  uint32_t insns;
  uint32_t reserved;
};

#endif

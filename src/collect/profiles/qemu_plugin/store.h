/* The count files of this process (count_format.h): created, grown, and made anew
 * after a fork. Counters keep their addresses for life, because translated code
 * holds them. */
#ifndef ASMFORGE_COUNT_STORE_H
#define ASMFORGE_COUNT_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "count_format.h"

/* Makes the files of this process in `folder`, which must outlive the process.
 * NULL, or why it cannot be done. */
const char* store_open(const char* folder);

struct count_header* store_header(void);

/* Appends a record that is complete and padded; false when there is no room. */
bool store_append(const void* record, uint32_t bytes);

/* The next segment number, with a counter in every slot; -1 when there is no room. */
int64_t store_new_segment(void);

/* The counter to which the one thread of a process that has one adds. */
uint64_t* store_counter(uint32_t segment);

/* Adds 1 to the segment's counter of this thread. */
void store_count(unsigned vcpu, uint32_t segment);

/* In a child right after fork: files of its own, all counters 0, same segments. */
void store_after_fork(void);

#endif

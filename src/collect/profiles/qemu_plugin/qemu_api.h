/* The part of QEMU's TCG plugin interface, version 1, that counting needs.
 *
 * Debian ships no header for it, so it is declared here by hand; version 1 is what
 * QEMU 6.0 to 8.2 offer. QEMU's own documentation of it: docs/devel/tcg-plugins.rst. */
#ifndef ASMFORGE_QEMU_API_H
#define ASMFORGE_QEMU_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QEMU_API_EXPORT __attribute__((visibility("default")))

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;   /* a block of guest code that is being translated */
struct qemu_plugin_insn; /* one instruction of it; both live during the callback only */

typedef struct {
  const char* target_name; /* "x86_64" */
  struct {
    int min;
    int cur;
  } version;
  bool system_emulation;
  struct {
    int smp_vcpus;
    int max_vcpus;
  } system;
} qemu_info_t;

enum { QEMU_PLUGIN_INLINE_ADD_U64 = 0 };
enum { QEMU_PLUGIN_CB_NO_REGS = 0 };

typedef void (*qemu_translate_cb)(qemu_plugin_id_t, struct qemu_plugin_tb*);
typedef void (*qemu_vcpu_cb)(unsigned vcpu, void* data);
typedef void (*qemu_at_exit_cb)(qemu_plugin_id_t, void* data);
typedef void (*qemu_syscall_cb)(qemu_plugin_id_t, unsigned vcpu, int64_t number, uint64_t a1,
                                uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5, uint64_t a6,
                                uint64_t a7, uint64_t a8);

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t, qemu_translate_cb);
void qemu_plugin_register_vcpu_syscall_cb(qemu_plugin_id_t, qemu_syscall_cb);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t, qemu_at_exit_cb, void*);

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb*);
struct qemu_plugin_insn* qemu_plugin_tb_get_insn(const struct qemu_plugin_tb*, size_t);
const void* qemu_plugin_insn_data(const struct qemu_plugin_insn*);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn*);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn*);
void* qemu_plugin_insn_haddr(const struct qemu_plugin_insn*); /* where its bytes are on the host */
const char* qemu_plugin_path_to_binary(void);

/* Both run before the instruction; the inline one is no atomic operation. */
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn*, qemu_vcpu_cb, int flags,
                                            void*);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn*, int op, void*, uint64_t);

#endif

/* Linked into the instrumented program by llvm-bolt in place of its own runtime library,
 * which would map memory over the counters and write a file at the end. per_thread.c keeps
 * the counters, so this only goes on to where the program begins, and where it ends. */
__asm__(
    ".text\n"
    ".globl __bolt_instr_start\n"
    ".type __bolt_instr_start, @function\n"
    "__bolt_instr_start:\n"
    "  jmp __bolt_start_trampoline\n"
    ".hidden __bolt_start_trampoline\n"
    ".globl __bolt_instr_fini\n"
    ".type __bolt_instr_fini, @function\n"
    "__bolt_instr_fini:\n"
    "  jmp __bolt_fini_trampoline\n"
    ".hidden __bolt_fini_trampoline\n");

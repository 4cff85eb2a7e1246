# A function whose cold part has no symbol, only an entry in the unwind table, and a
# callee without a symbol that never returns.
        .intel_syntax noprefix
        .text
        .globl  main
        .type   main, @function
main:
        .cfi_startproc
        push    rbx
        .cfi_def_cfa_offset 16
        test    edi, edi
        je      .Lmain.cold
        call    .Lgive_up
.Lback:
        pop     rbx
        .cfi_def_cfa_offset 8
        ret
        .cfi_endproc
        .size   main, .-main
        .p2align 4
.Lgive_up:
        .cfi_startproc
        ud2
        .cfi_endproc

        .section .text.unlikely, "ax", @progbits
.Lmain.cold:
        .cfi_startproc
        .cfi_def_cfa_offset 16
        xor     ebx, ebx
        jmp     .Lback
        .cfi_endproc

# The other build: another register and one more instruction in sum, registers
# alone in renamed, another string and number in greet.
        .intel_syntax noprefix
        .text
        .globl  greet
        .type   greet, @function
greet:
        .cfi_startproc
        lea     rdi, [rip + .Lhello]
        call    puts@PLT
        mov     eax, 2
        ret
        .cfi_endproc
        .size   greet, .-greet

        .globl  _ZN2ns3sumEPKii
        .type   _ZN2ns3sumEPKii, @function
_ZN2ns3sumEPKii:
        .cfi_startproc
        push    r12
        xor     r12d, r12d
        test    esi, esi
        jle     1f
0:      mov     edx, dword ptr [rdi]
        imul    edx, edx
        add     r12d, edx
        add     rdi, 4
        dec     esi
        jne     0b
1:      mov     eax, r12d
        pop     r12
        ret
        .cfi_endproc
        .size   _ZN2ns3sumEPKii, .-_ZN2ns3sumEPKii

        .globl  renamed
        .type   renamed, @function
renamed:
        .cfi_startproc
        mov     edx, edi
        imul    edx, esi
        lea     eax, [rdx + 1]
        ret
        .cfi_endproc
        .size   renamed, .-renamed

        .globl  come
        .type   come, @function
come:
        .cfi_startproc
        nop
        ret
        .cfi_endproc
        .size   come, .-come

        .globl  _start
        .type   _start, @function
_start:
        .cfi_startproc
        call    _ZN2ns3sumEPKii
        call    greet
        ud2
        .cfi_endproc
        .size   _start, .-_start
        .globl  puts
        .type   puts, @function
puts:
        .cfi_startproc
        ret
        .cfi_endproc
        .size   puts, .-puts
        .section .rodata.str1.1,"aMS",@progbits,1
.Lhello: .asciz "hallo"

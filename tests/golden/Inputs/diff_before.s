# Two builds of four functions, made so that addresses never change.
        .intel_syntax noprefix
        .text
        .globl  _ZN2ns3sumEPKii
        .type   _ZN2ns3sumEPKii, @function
_ZN2ns3sumEPKii:
        .cfi_startproc
        push    rbx
        xor     ebx, ebx
        test    esi, esi
        jle     1f
        .p2align 4
0:      add     ebx, dword ptr [rdi]
        add     rdi, 4
        dec     esi
        jne     0b
1:      mov     eax, ebx
        pop     rbx
        ret
        .cfi_endproc
        .size   _ZN2ns3sumEPKii, .-_ZN2ns3sumEPKii

        .globl  renamed
        .type   renamed, @function
renamed:
        .cfi_startproc
        mov     ecx, edi
        imul    ecx, esi
        lea     eax, [rcx + 1]
        ret
        .cfi_endproc
        .size   renamed, .-renamed

        .globl  greet
        .type   greet, @function
greet:
        .cfi_startproc
        lea     rdi, [rip + .Lhello]
        call    puts@PLT
        mov     eax, 1
        ret
        .cfi_endproc
        .size   greet, .-greet

        .globl  gone
        .type   gone, @function
gone:
        .cfi_startproc
        ret
        .cfi_endproc
        .size   gone, .-gone

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
.Lhello: .asciz "hello"

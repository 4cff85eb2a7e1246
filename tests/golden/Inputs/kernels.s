# Functions whose addresses no compiler version changes: two nested loops, a
# division by an unchanging number, and names that are easy to confuse.
        .intel_syntax noprefix
        .text
        .globl  main
        .type   main, @function
main:
        lea     rdi, [rip + message]
        call    _ZN2ns5parseEPKc
        xor     eax, eax
        ret
        .size   main, .-main

        .globl  _ZN2ns5parseEPKc
        .type   _ZN2ns5parseEPKc, @function
_ZN2ns5parseEPKc:
        mov     eax, dword ptr [rip + counter]
        inc     eax
        mov     dword ptr [rip + counter], eax
        ret
        .size   _ZN2ns5parseEPKc, .-_ZN2ns5parseEPKc

        .globl  _ZN2ns12parse_headerEPKc
        .type   _ZN2ns12parse_headerEPKc, @function
_ZN2ns12parse_headerEPKc:
        jmp     _ZN2ns5parseEPKc
        .size   _ZN2ns12parse_headerEPKc, .-_ZN2ns12parse_headerEPKc

        .globl  _ZN2ns12parse_headerEPKcm
        .type   _ZN2ns12parse_headerEPKcm, @function
_ZN2ns12parse_headerEPKcm:
        add     rdi, rsi
        jmp     _ZN2ns5parseEPKc
        .size   _ZN2ns12parse_headerEPKcm, .-_ZN2ns12parse_headerEPKcm

# long sum(const int *matrix, long rows, long columns)
        .globl  sum
        .type   sum, @function
sum:
        xor     eax, eax
        test    rsi, rsi
        jle     .Lout
.Lrow:
        xor     ecx, ecx
.Lcolumn:
        movsxd  r8, dword ptr [rdi + 4*rcx]
        add     rax, r8
        inc     rcx
        cmp     rcx, rdx
        jl      .Lcolumn
        lea     rdi, [rdi + 4*rdx]
        dec     rsi
        jne     .Lrow
.Lout:
        ret
        .size   sum, .-sum

# void scale(unsigned *values, long count, unsigned divisor)
        .globl  scale
        .type   scale, @function
scale:
        mov     r8d, edx
        xor     ecx, ecx
.Lnext:
        mov     eax, dword ptr [rdi + 4*rcx]
        xor     edx, edx
        div     r8d
        mov     dword ptr [rdi + 4*rcx], eax
        inc     rcx
        cmp     rcx, rsi
        jne     .Lnext
        ret
        .size   scale, .-scale

# The tests turn this name into one that moves a terminal's cursor and is no UTF-8.
        .globl  badEscape2JByte
        .type   badEscape2JByte, @function
badEscape2JByte:
        ret
        .size   badEscape2JByte, .-badEscape2JByte

        .section .rodata, "a", @progbits
message:
        .asciz  "a message"
        .type   message, @object
        .size   message, 10

        .bss
        .type   counter, @object
counter:
        .zero   4
        .size   counter, 4

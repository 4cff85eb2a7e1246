# Runs an instruction of AVX-512, which QEMU 7.2 does not know.
        .intel_syntax noprefix
        .globl _start
_start:
        vpaddd zmm0, zmm1, zmm2
        mov eax, 60
        xor edi, edi
        syscall

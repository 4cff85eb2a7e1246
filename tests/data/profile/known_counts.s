# A program without a library whose every count is known: see EXPECTED below each label.
# profile_exact_test.py reads the "# xN" at the end of a line: that instruction runs N times.
        .intel_syntax noprefix
        .text
        .globl _start
_start:
        mov ecx, 1000                     # x1
loop:                                     # a plain loop
        add eax, 3                        # x1000
        test ecx, 1                       # x1000
        je even                           # x1000
        inc ebx                           # x500
even:
        dec ecx                           # x1000
        jne loop                          # x1000

        mov r12d, 7                       # x1
copies:                                   # repeated string instructions count once a start
        lea rsi, [rip + from]             # x7
        lea rdi, [rip + to]               # x7
        mov ecx, 100                      # x7
        rep movsb                         # x7
        mov ecx, 0                        # x7
        rep stosb                         # x7
        lea rdi, [rip + to]               # x7
        mov ecx, 50                       # x7
        jmp alone                         # x7
        nop                               # x0
alone:                                    # begins a block
        rep stosb                         # x7
        dec r12d                          # x7
        jne copies                        # x7

        mov r12d, 6                       # x1
same:                                     # the same one again, with no other between
        lea rdi, [rip + to]               # x6
        mov ecx, 20                       # x6
        jmp same_alone                    # x6
        nop                               # x0
same_alone:
        rep stosb                         # x6
        dec r12d                          # x6
        jne same                          # x6

        mov eax, 13                       # x1   rt_sigaction(SIGSEGV, handler)
        mov edi, 11                       # x1
        lea rsi, [rip + action]           # x1
        xor edx, edx                      # x1
        mov r10d, 8                       # x1
        syscall                           # x1
        mov r13d, 5                       # x1
faults:                                   # a fault in the middle of a block
        add eax, 1                        # x5
        xor ebx, ebx                      # x5
        mov eax, [rbx]                    # x5   the handler goes on at after_fault
        add eax, 1                        # x0
        add eax, 2                        # x0
after_fault:
        dec r13d                          # x5
        jne faults                        # x5

        mov r13d, 9                       # x1
calls:
        call leaf                         # x9
        dec r13d                          # x9
        jne calls                         # x9

        mov edi, 3                        # x1   ends with status 3
        mov eax, 60                       # x1
        syscall                           # x1
        ud2                               # x0

leaf:
        push rbp                          # x9
        mov rbp, rsp                      # x9
        pop rbp                           # x9
        ret                               # x9

handler:                                  # rdx: ucontext; rip is at 168
        lea rax, [rip + after_fault]      # x5
        mov [rdx + 168], rax              # x5
        ret                               # x5
restorer:
        mov eax, 15                       # x5   rt_sigreturn
        syscall                           # x5

        .data
action: .quad handler, 0x04000004, restorer, 0    # SA_RESTORER | SA_SIGINFO
from:   .fill 128, 1, 7
to:     .fill 128, 1, 0

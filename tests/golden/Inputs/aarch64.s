// A loop over memory, a switch with a table of bytes, data between instructions, a string and a
// function of another file.
  .text
  .globl sum
  .type sum, %function
sum:
  mov x2, x0
  mov w0, #0
  cbz x1, 2f
1: ldr w3, [x2], #4
  add w0, w0, w3
  subs x1, x1, #1
  b.ne 1b
2: ret
  .size sum, .-sum

  .globl choose
  .type choose, %function
choose:
  cmp w0, #3
  b.hi .Lnone
  adrp x1, .Ltable
  add x1, x1, :lo12:.Ltable
  ldrb w1, [x1, w0, uxtw]
  adr x2, .Lzero
  add x1, x2, w1, sxtb #2
  br x1
.Lzero: mov w0, #10
  ret
.Lone: mov w0, #20
  ret
.Ltwo: mov w0, #30
  ret
.Lthree: mov w0, #40
  ret
.Lnone: mov w0, #-1
  ret
  .size choose, .-choose

  .globl pool
  .type pool, %function
pool:
  ldr x0, .Lbits
  ret
.Lbits: .quad 0x0123456789abcdef
  .size pool, .-pool

  .globl greet
  .type greet, %function
greet:
  stp x29, x30, [sp, #-16]!
  mov x29, sp
  adrp x0, .Ltext
  add x0, x0, :lo12:.Ltext
  bl print
  adrp x8, counter
  ldr w9, [x8, :lo12:counter]
  add w9, w9, #1
  str w9, [x8, :lo12:counter]
  ldp x29, x30, [sp], #16
  ret
  .size greet, .-greet

  .section .rodata
.Ltext: .asciz "hello from elsewhere"
.Ltable:
  .byte (.Lzero - .Lzero) / 4
  .byte (.Lone - .Lzero) / 4
  .byte (.Ltwo - .Lzero) / 4
  .byte (.Lthree - .Lzero) / 4

  .data
  .globl counter
  .hidden counter
  .type counter, %object
  .size counter, 4
  .align 2
counter: .word 7

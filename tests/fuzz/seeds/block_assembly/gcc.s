	.file	"hot_after.c"
	.text
	.p2align 4
	.globl	hot
	.type	hot, @function
hot:
.LFB1:
	.cfi_startproc
	testl	%edi, %edi
	je	.L7
	xorl	%eax, %eax
	xorl	%ecx, %ecx
	jmp	.L6
	.p2align 4,,10
	.p2align 3
.L11:
	addl	%eax, %ecx
.L4:
	addl	$1, %eax
	cmpl	%eax, %edi
	je	.L1
.L6:
	imull	$-1227133513, %eax, %edx
	subl	$613566757, %edx
	cmpl	$613566756, %edx
	jbe	.L10
	testb	$1, %cl
	jne	.L11
	leal	(%rax,%rax,2), %edx
	addl	$1, %eax
	subl	%edx, %ecx
	cmpl	%eax, %edi
	jne	.L6
.L1:
	movl	%ecx, %eax
	ret
	.p2align 4,,10
	.p2align 3
.L10:
	leal	(%rcx,%rax), %edx
	imull	$-1640531535, %edx, %edx
	shrl	$3, %edx
	xorl	%edx, %ecx
	jmp	.L4
	.p2align 4,,10
	.p2align 3
.L7:
	xorl	%ecx, %ecx
	movl	%ecx, %eax
	ret
	.cfi_endproc
.LFE1:
	.size	hot, .-hot
	.p2align 4
	.globl	cold
	.type	cold, @function
cold:
.LFB2:
	.cfi_startproc
	subl	$1, %edi
	movl	$4, %eax
	cmovnc	%edi, %eax
	ret
	.cfi_endproc
.LFE2:
	.size	cold, .-cold
	.ident	"GCC: (Debian 12.2.0-14+deb12u1) 12.2.0"
	.section	.note.GNU-stack,"",@progbits

/* Entry by the multiboot protocol, version 1: 32-bit, paging off, EBX points to the boot information. */
        .set MAGIC, 0x1badb002
        .set FLAGS, 1 << 1              /* request the memory fields of the boot information */

        .section .multiboot, "a"
        .align 4
        .long MAGIC, FLAGS, -(MAGIC + FLAGS)

        .section .text
        .globl _start
_start:
        movl $stack_end, %esp
        pushl %ebx
        pushl %eax
        call demo
1:      cli
        hlt
        jmp 1b

        .section .bss
        .align 16
        .skip 65536
stack_end:

        .section .note.GNU-stack, "", @progbits

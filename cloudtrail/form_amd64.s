//go:build amd64 && !purego

#include "textflag.h"
#include "go_asm.h"

// What bytes are compared with.
DATA formquotes<>+0(SB)/8, $0x2222222222222222
GLOBL formquotes<>(SB), RODATA|NOPTR, $8
DATA formslashes<>+0(SB)/8, $0x5c5c5c5c5c5c5c5c
GLOBL formslashes<>(SB), RODATA|NOPTR, $8
DATA formcontrols<>+0(SB)/8, $0x1f1f1f1f1f1f1f1f
GLOBL formcontrols<>(SB), RODATA|NOPTR, $8

// func runVector(steps *step, last int32, text *byte, at, end int, marks *marks) (to int32, place, count int)
//
// SI steps, R8 the last step, DI text, R9 at, R10 end, BX the next mark; CX is
// the number of the step that is looked at, DX the step, R11 the one before it
// in the list, R12 the place behind its text.
TEXT ·runVector(SB), NOSPLIT, $0-72
	MOVQ steps+0(FP), SI
	MOVLQZX last+8(FP), AX
	MOVQ text+16(FP), DI
	MOVQ at+24(FP), R9
	MOVQ end+32(FP), R10
	MOVQ marks+40(FP), BX
	VPBROADCASTQ formquotes<>(SB), Y8
	VPBROADCASTQ formslashes<>(SB), Y9
	VPBROADCASTQ formcontrols<>(SB), Y10
	MOVL AX, to+48(FP)
	IMULQ $step__size, AX
	LEAQ (SI)(AX*1), R8

next:
	MOVLQZX step_next(R8), CX
	XORL R11, R11

try:
	TESTL CX, CX
	JZ stop
	MOVQ CX, DX
	IMULQ $step__size, DX
	ADDQ SI, DX
	MOVQ (step_text+8)(DX), AX
	LEAQ (R9)(AX*1), R12
	CMPQ R12, R10
	JGT other
	MOVQ step_text(DX), R13
	LEAQ (DI)(R9*1), R14

compare:
	VMOVDQU (R13), Y0
	VPCMPEQB (R14), Y0, Y0
	VPMOVMSKB Y0, R15
	NOTL R15
	CMPQ AX, $32
	JLE tail
	TESTL R15, R15
	JNZ other
	ADDQ $32, R13
	ADDQ $32, R14
	SUBQ $32, AX
	JMP compare

tail:
	BZHIL AX, R15, R15
	JNZ other

	// What steps[before].other, st.other, steps[last].next become.
	TESTL R11, R11
	JZ first
	MOVL R11, AX
	IMULQ $step__size, AX
	MOVLQZX step_other(DX), R13
	MOVL R13, step_other(SI)(AX*1)
	MOVL step_next(R8), R13
	MOVL R13, step_other(DX)
	MOVL CX, step_next(R8)

first:
	CMPB step_slot(DX), $const_plainText
	JNE stop
	MOVQ R12, AX

scan:
	VMOVDQU (DI)(AX*1), Y0
	VPMINUB Y10, Y0, Y1
	VPCMPEQB Y1, Y0, Y1
	VPCMPEQB Y8, Y0, Y2
	VPCMPEQB Y9, Y0, Y3
	VPOR Y1, Y2, Y1
	VPOR Y0, Y3, Y0
	VPOR Y0, Y1, Y0
	VPMOVMSKB Y0, R15
	TESTL R15, R15
	JNZ found
	ADDQ $32, AX
	JMP scan

found:
	TZCNTL R15, R15
	ADDQ R15, AX
	CMPB (DI)(AX*1), $0x22
	JNE stop
	MOVQ AX, R13
	SUBQ R12, R13
	CMPQ R13, $const_maxFieldBytes
	JGT stop
	MOVL CX, mark_step(BX)
	MOVL R12, mark_from(BX)
	MOVL AX, mark_to(BX)
	MOVBQZX step_told(DX), R13
	IMULQ $mark__size, R13
	ADDQ R13, BX
	MOVL CX, to+48(FP)
	MOVQ AX, R9
	MOVQ DX, R8
	JMP next

other:
	MOVL CX, R11
	MOVLQZX step_other(DX), CX
	JMP try

stop:
	VZEROUPPER
	MOVQ R9, place+56(FP)
	SUBQ marks+40(FP), BX
	MOVQ BX, AX
	XORL DX, DX
	MOVQ $mark__size, CX
	DIVQ CX
	MOVQ AX, count+64(FP)
	RET

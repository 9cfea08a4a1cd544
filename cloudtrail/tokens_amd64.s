//go:build amd64 && !purego

#include "textflag.h"

// What bytes are compared with.
DATA quotes<>+0(SB)/8, $0x2222222222222222
GLOBL quotes<>(SB), RODATA|NOPTR, $8
DATA backslashes<>+0(SB)/8, $0x5c5c5c5c5c5c5c5c
GLOBL backslashes<>(SB), RODATA|NOPTR, $8
DATA opening<>+0(SB)/8, $0x7b7b7b7b7b7b7b7b
GLOBL opening<>(SB), RODATA|NOPTR, $8
DATA closing<>+0(SB)/8, $0x7d7d7d7d7d7d7d7d
GLOBL closing<>(SB), RODATA|NOPTR, $8
DATA colons<>+0(SB)/8, $0x3a3a3a3a3a3a3a3a
GLOBL colons<>(SB), RODATA|NOPTR, $8
DATA commas<>+0(SB)/8, $0x2c2c2c2c2c2c2c2c
GLOBL commas<>(SB), RODATA|NOPTR, $8
DATA belowblank<>+0(SB)/8, $0x1f1f1f1f1f1f1f1f
GLOBL belowblank<>(SB), RODATA|NOPTR, $8
DATA smallbit<>+0(SB)/8, $0x2020202020202020
GLOBL smallbit<>(SB), RODATA|NOPTR, $8

// The fields of tokenState.
#define INSIDE 0(DX)
#define ESCAPED 8(DX)
#define MARK 16(DX)
#define OPEN 24(DX)
#define QUOTE 32(DX)
#define VALUE 40(DX)
#define SCALAR 48(DX)
#define UNUSUAL 56(DX)

// MASK sets DST to the mask of the bytes of A and B that equal those of C.
#define MASK(C, A, B, DST) \
	VPCMPEQB C, A, Y2   \
	VPCMPEQB C, B, Y3   \
	VPMOVMSKB Y2, DST   \
	VPMOVMSKB Y3, AX    \
	SHLQ $32, AX        \
	ORQ AX, DST

// LIST writes the place of the lowest token and removes it.
#define LIST(AT) \
	TZCNTQ R8, AX    \
	ADDL R9, AX      \
	MOVW AX, AT(DI)  \
	BLSRQ R8, R8

// func tokenizeVector(text *byte, n int, bad *uint64, list *uint16, st *tokenState) int
//
// The masks of a block are in R8 quote, R14 text, R10 colon, R11 comma, R12
// open, R13 close, R9 mark, R15 value, AX scalar; the names of the rest are
// those of tokenState.check.
TEXT ·tokenizeVector(SB), NOSPLIT, $16-48
	MOVQ text+0(FP), SI
	MOVQ bad+16(FP), BX
	MOVQ list+24(FP), DI
	MOVQ st+32(FP), DX
	MOVQ n+8(FP), AX
	MOVQ AX, left-8(SP)
	MOVQ $0, at-16(SP) // of the block
	VPBROADCASTQ quotes<>(SB), Y8
	VPBROADCASTQ backslashes<>(SB), Y9
	VPBROADCASTQ opening<>(SB), Y10
	VPBROADCASTQ closing<>(SB), Y11
	VPBROADCASTQ colons<>(SB), Y12
	VPBROADCASTQ commas<>(SB), Y13
	VPBROADCASTQ smallbit<>(SB), Y14
	VPBROADCASTQ belowblank<>(SB), Y6
	VPCMPEQB X15, X15, X15 // all ones: multiplied by them without carry, a mask becomes its prefix xor

next:
	VMOVDQU 0(SI), Y0
	VMOVDQU 32(SI), Y1
	MASK(Y8, Y0, Y1, R8)   // quotes
	MASK(Y9, Y0, Y1, R9)   // backslashes
	MASK(Y12, Y0, Y1, R10) // colons
	MASK(Y13, Y0, Y1, R11) // commas
	VPOR Y14, Y0, Y4 // [ and ] become { and }
	VPOR Y14, Y1, Y5
	MASK(Y10, Y4, Y5, R12) // opening brackets
	MASK(Y11, Y4, Y5, R13) // closing brackets

	// A quote that is escaped is none: see escapes.
	MOVQ R9, AX
	ORQ ESCAPED, AX
	JZ plain
	MOVQ ESCAPED, AX
	MOVQ AX, R15
	NOTQ AX
	ANDQ AX, R9
	MOVQ R9, CX
	SHLQ $1, CX
	ORQ R15, CX // follows
	MOVQ $0xAAAAAAAAAAAAAAAA, AX
	ANDQ R9, AX
	MOVQ CX, R15
	NOTQ R15
	ANDQ R15, AX
	XORQ R15, R15
	ADDQ R9, AX
	ADCQ $0, R15
	MOVQ R15, ESCAPED
	SHLQ $1, AX
	MOVQ $0x5555555555555555, R15
	XORQ R15, AX
	ANDQ CX, AX
	NOTQ AX
	ANDQ AX, R8

plain:
	VMOVQ R8, X2
	VPCLMULQDQ $0, X15, X2, X2
	VMOVQ X2, R14
	XORQ INSIDE, R14 // text
	MOVQ R14, AX
	SARQ $63, AX
	MOVQ AX, INSIDE

	// What is unusual in text: backslashes, below a blank, or not ASCII.
	VPMINUB Y6, Y0, Y2
	VPMINUB Y6, Y1, Y3
	VPCMPEQB Y2, Y0, Y2
	VPCMPEQB Y3, Y1, Y3
	VPCMPEQB Y9, Y0, Y4
	VPCMPEQB Y9, Y1, Y5
	VPOR Y2, Y0, Y0
	VPOR Y3, Y1, Y1
	VPOR Y4, Y0, Y0
	VPOR Y5, Y1, Y1
	VPMOVMSKB Y0, CX
	VPMOVMSKB Y1, AX
	SHLQ $32, AX
	ORQ AX, CX
	ANDQ R14, CX
	ORQ CX, UNUSUAL

	MOVQ R14, AX
	NOTQ AX
	ANDQ AX, R10
	ANDQ AX, R11
	ANDQ AX, R12
	ANDQ AX, R13

	// colon &^ (closing<<1 | QUOTE); CX gathers what is bad
	ANDQ R8, AX // closing
	MOVQ AX, CX
	ADDQ CX, CX
	ORQ QUOTE, CX
	SHRQ $63, AX
	MOVQ AX, QUOTE
	NOTQ CX
	ANDQ R10, CX

	MOVQ R10, R9
	ORQ R11, R9
	ORQ R12, R9 // mark
	MOVQ R14, R15
	ORQ R9, R15
	NOTQ R15 // value
	MOVQ R8, AX
	ORQ R13, AX
	NOTQ AX
	ANDQ R15, AX // scalar

	// (opening | open) &^ (mark<<1 | MARK)
	ANDQ R14, R8
	ORQ R12, R8
	MOVQ R9, R14
	ADDQ R14, R14
	ORQ MARK, R14
	NOTQ R14 // not behind a mark
	ANDQ R14, R8
	ORQ R8, CX
	MOVQ R9, R8
	SHRQ $63, R8
	MOVQ R8, MARK

	// scalar &^ (mark<<1 | MARK | scalar<<1 | SCALAR)
	MOVQ AX, R8
	ADDQ R8, R8
	ORQ SCALAR, R8
	NOTQ R8
	ANDQ AX, R8 // where scalars begin
	ANDQ R8, R14
	ORQ R14, CX
	SHRQ $63, AX
	MOVQ AX, SCALAR

	// comma &^ (value<<1 | VALUE)
	MOVQ R15, R10
	ADDQ R10, R10
	ORQ VALUE, R10
	SHRQ $63, R15
	MOVQ R15, VALUE
	MOVQ R10, AX
	NOTQ AX
	ANDQ R11, AX
	ORQ AX, CX

	// close &^ (value<<1 | VALUE | open<<1 | OPEN)
	MOVQ R12, AX
	ADDQ AX, AX
	ORQ OPEN, AX
	ORQ R10, AX
	NOTQ AX
	ANDQ R13, AX
	ORQ AX, CX
	SHRQ $63, R12
	MOVQ R12, OPEN
	MOVQ CX, 0(BX)

	ORQ R9, R8
	ORQ R13, R8 // tokens
	POPCNTQ R8, CX
	LEAQ (DI)(CX*2), R10
	MOVQ at-16(SP), R9

more:
	LIST(0)
	LIST(2)
	LIST(4)
	LIST(6)
	LIST(8)
	LIST(10)
	LIST(12)
	LIST(14)
	ADDQ $16, DI
	SUBQ $8, CX
	JGT more

	MOVQ R10, DI
	ADDQ $64, R9
	MOVQ R9, at-16(SP)
	ADDQ $64, SI
	ADDQ $8, BX
	DECQ left-8(SP)
	JNZ next

	VZEROUPPER
	SUBQ list+24(FP), DI
	SHRQ $1, DI
	MOVQ DI, ret+40(FP)
	RET

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
#define INKEY 16(DX)
#define MARK 24(DX)
#define OPEN 32(DX)
#define KEYED 40(DX)
#define KEY 48(DX)
#define VALUE 56(DX)
#define SCALAR 64(DX)
#define UNUSUAL 72(DX)

// MASK sets DST to the mask of the bytes of A and B that equal those of C.
#define MASK(C, A, B, DST) \
	VPCMPEQB C, A, Y2   \
	VPCMPEQB C, B, Y3   \
	VPMOVMSKB Y2, DST   \
	VPMOVMSKB Y3, AX    \
	SHLQ $32, AX        \
	ORQ AX, DST

// LIST writes the place of the lowest bit of a mask and removes it.
#define LIST(MASK, TO) \
	TZCNTQ MASK, AX  \
	ADDL R9, AX      \
	MOVW AX, TO      \
	BLSRQ MASK, MASK

// func tokenizeVector(text *byte, n int, bad *uint64, list, colons *tokenList, st *tokenState) (count, marks int)
//
// The masks of a block are in R8 quote, R14 text, R10 colon, R11 comma, R12
// open, R13 close, R9 mark, R15 value, AX scalar; the names of the rest are
// those of tokenState.check.
TEXT ·tokenizeVector(SB), NOSPLIT, $56-64
	MOVQ text+0(FP), SI
	MOVQ bad+16(FP), BX
	MOVQ list+24(FP), DI
	MOVQ st+40(FP), DX
	MOVQ n+8(FP), AX
	MOVQ AX, left-8(SP)
	MOVQ $0, at-16(SP) // of the block
	MOVQ colons+32(FP), AX
	MOVQ AX, to-24(SP) // the next colon
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
	VPSLLQ $2, Y0, Y2 // bit 5, which { has and [ has not, to the top
	VPSLLQ $2, Y1, Y3
	VPMOVMSKB Y2, R12
	VPMOVMSKB Y3, AX
	SHLQ $32, AX
	ORQ AX, R12
	MOVQ R12, curly-32(SP)
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

	MOVQ R10, colon-40(SP)
	MOVQ R12, open-56(SP)

	// where keys may begin: behind (comma | open & curly)
	MOVQ R12, AX
	ANDQ curly-32(SP), AX
	ORQ R11, AX // keyed
	MOVQ AX, R15
	ADDQ AX, AX
	ORQ KEYED, AX
	SHRQ $63, R15
	MOVQ R15, KEYED
	ANDQ R8, AX
	ANDQ R14, AX
	ORQ INKEY, AX

	// text + that carries to where they end
	MOVQ R14, CX
	XORQ R15, R15
	ADDQ AX, CX
	ADCQ $0, R15
	MOVQ R15, INKEY
	MOVQ R14, AX
	NOTQ AX
	ANDQ AX, CX // key
	MOVQ CX, AX
	ADDQ CX, CX
	ORQ KEY, CX // behind a key
	SHRQ $63, AX
	MOVQ AX, KEY

	// colon &^ (key<<1 | KEY), close & curly & (key<<1 | KEY); CX gathers what is bad
	MOVQ CX, AX
	ANDQ R11, AX
	MOVQ AX, array-48(SP) // commas in an array
	MOVQ CX, AX
	ANDQ R13, AX
	ANDQ curly-32(SP), AX
	NOTQ CX
	ANDQ R10, CX
	ORQ AX, CX

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

	// tokens: R8, where scalars begin, and what else there is. R12 was used up.
	ORQ R13, R8
	ORQ array-48(SP), R8
	ORQ open-56(SP), R8
	MOVQ at-16(SP), R9
	POPCNTQ R8, CX
	LEAQ (DI)(CX*2), R10

more:
	LIST(R8, 0(DI))
	LIST(R8, 2(DI))
	LIST(R8, 4(DI))
	LIST(R8, 6(DI))
	ADDQ $8, DI
	SUBQ $4, CX
	JGT more

	MOVQ R10, DI
	MOVQ colon-40(SP), R8
	MOVQ to-24(SP), R11
	POPCNTQ R8, CX
	LEAQ (R11)(CX*2), R10

more2:
	LIST(R8, 0(R11))
	LIST(R8, 2(R11))
	LIST(R8, 4(R11))
	LIST(R8, 6(R11))
	ADDQ $8, R11
	SUBQ $4, CX
	JGT more2

	MOVQ R10, to-24(SP)
	ADDQ $64, R9
	MOVQ R9, at-16(SP)
	ADDQ $64, SI
	ADDQ $8, BX
	DECQ left-8(SP)
	JNZ next

	VZEROUPPER
	SUBQ list+24(FP), DI
	SHRQ $1, DI
	MOVQ DI, count+48(FP)
	MOVQ to-24(SP), AX
	SUBQ colons+32(FP), AX
	SHRQ $1, AX
	MOVQ AX, marks+56(FP)
	RET

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
DATA smallbit<>+0(SB)/8, $0x2020202020202020
GLOBL smallbit<>(SB), RODATA|NOPTR, $8

// MASK sets DST to the mask of the bytes of Y0 and Y1 that equal those of C.
#define MASK(C, DST) \
	VPCMPEQB C, Y0, Y2  \
	VPCMPEQB C, Y1, Y3  \
	VPMOVMSKB Y2, DST   \
	VPMOVMSKB Y3, AX    \
	SHLQ $32, AX        \
	ORQ AX, DST

// func classifyVector(text *byte, blocks *block, n int, st *stringState)
TEXT ·classifyVector(SB), NOSPLIT, $0-32
	MOVQ text+0(FP), SI
	MOVQ blocks+8(FP), DI
	MOVQ n+16(FP), CX
	MOVQ st+24(FP), DX
	MOVQ 0(DX), R14 // inside
	MOVQ 8(DX), R13 // escaped
	VPBROADCASTQ quotes<>(SB), Y8
	VPBROADCASTQ backslashes<>(SB), Y9
	VPBROADCASTQ opening<>(SB), Y10
	VPBROADCASTQ closing<>(SB), Y11
	VPBROADCASTQ colons<>(SB), Y12
	VPBROADCASTQ commas<>(SB), Y13
	VPBROADCASTQ smallbit<>(SB), Y14
	VPCMPEQB X15, X15, X15 // all ones: multiplied by them without carry, a mask becomes its prefix xor

next:
	VMOVDQU 0(SI), Y0
	VMOVDQU 32(SI), Y1
	MASK(Y8, R8)   // quotes
	MASK(Y9, R9)   // backslashes
	MASK(Y12, R10) // colons
	MASK(Y13, R11) // commas
	VPSLLQ $2, Y0, Y2 // bit 5, which { has and [ has not, to the top
	VPSLLQ $2, Y1, Y3
	VPMOVMSKB Y2, R12
	VPMOVMSKB Y3, AX
	SHLQ $32, AX
	ORQ AX, R12
	MOVQ R12, 48(DI) // curly
	VPOR Y14, Y0, Y0 // [ and ] become { and }
	VPOR Y14, Y1, Y1
	MASK(Y10, R12) // opening
	MASK(Y11, BX)  // closing
	MOVQ R9, 56(DI) // back

	// A quote that is escaped is none: see escapes.
	MOVQ R9, AX
	ORQ R13, AX
	JZ plain
	MOVQ R13, AX
	NOTQ AX
	ANDQ AX, R9
	MOVQ R9, R15
	SHLQ $1, R15
	ORQ R13, R15 // follows
	MOVQ $0xAAAAAAAAAAAAAAAA, AX
	ANDQ R9, AX
	MOVQ R15, DX
	NOTQ DX
	ANDQ DX, AX
	XORQ R13, R13
	ADDQ R9, AX
	ADCQ $0, R13 // escaped, for the next block
	SHLQ $1, AX
	MOVQ $0x5555555555555555, DX
	XORQ DX, AX
	ANDQ R15, AX
	NOTQ AX
	ANDQ AX, R8

plain:
	VMOVQ R8, X2
	VPCLMULQDQ $0, X15, X2, X2
	VMOVQ X2, AX
	XORQ R14, AX // text
	MOVQ AX, R14
	SARQ $63, R14
	MOVQ R8, 0(DI)
	MOVQ AX, 8(DI)
	NOTQ AX
	ANDQ AX, R12
	ANDQ AX, BX
	ANDQ AX, R10
	ANDQ AX, R11
	MOVQ R12, 16(DI)
	MOVQ BX, 24(DI)
	MOVQ R10, 32(DI)
	MOVQ R11, 40(DI)
	ADDQ $64, SI
	ADDQ $64, DI
	DECQ CX
	JNZ next

	VZEROUPPER
	MOVQ st+24(FP), DX
	MOVQ R14, 0(DX)
	MOVQ R13, 8(DX)
	RET

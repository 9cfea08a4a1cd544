//go:build amd64 && !purego

#include "textflag.h"
#include "go_asm.h"

// The bits of an entry's first place, and of a place in a table (see table.go).
#define LITERALMASK ((1<<const_literalBits)-1)
#define DISTANCEMASK ((1<<const_distanceBits)-1)

// REFILL makes at least 56 bits be in R10, of which R11 counts how many are
// true. Only the low six bits of R11 count: whole entries are subtracted from it.
#define REFILL \
	MOVQ (SI), BX       \
	SHLXQ R11, BX, BX   \
	ORQ BX, R10         \
	MOVL R11, CX        \
	ANDL $63, CX        \
	XORL $63, CX        \
	SHRL $3, CX         \
	ADDQ CX, SI         \
	ORL $56, R11

// LOOKUP gets the entry of the next literal or length.
#define LOOKUP(ENTRY) \
	MOVL R10, CX            \
	ANDL $LITERALMASK, CX   \
	MOVL (R8)(CX*4), ENTRY

// USE uses up the bits of an entry.
#define USE(ENTRY) \
	SHRXQ ENTRY, R10, R10   \
	SUBL ENTRY, R11

// EMIT writes the literals of an entry, one or two.
#define EMIT(ENTRY) \
	MOVL ENTRY, CX                    \
	BTRL $31, ENTRY                   \
	SHRL $const_payloadShift, ENTRY   \
	SHRL $const_pairShift, CX         \
	ANDL $1, CX                       \
	MOVW ENTRY, (DI)                  \
	LEAQ 1(DI)(CX*1), DI

// VALUE makes TO the base of an entry and its extra bits, which come behind
// its code, and uses up both. It destroys the entry.
#define VALUE(ENTRY, TO) \
	BZHIQ ENTRY, R10, BX              \
	MOVL ENTRY, CX                    \
	SHRL $const_codeShift, CX         \
	SHRXQ CX, BX, BX                  \
	USE(ENTRY)                        \
	SHRL $const_payloadShift, ENTRY   \
	LEAQ (ENTRY)(BX*1), TO

// SECOND follows an entry that leads to a second-level table of MASK + 1
// entries at TABLE.
#define SECOND(ENTRY, TABLE, MASK) \
	USE(ENTRY)                        \
	MOVL ENTRY, CX                    \
	SHRL $const_codeShift, CX         \
	ANDL $const_codeMask, CX          \
	BZHIQ CX, R10, BX                 \
	SHRL $const_payloadShift, ENTRY   \
	ADDL BX, ENTRY                    \
	ANDL $MASK, ENTRY                 \
	MOVL (TABLE)(ENTRY*4), ENTRY

// func fastSymbols(z *Reader) (why reason, length, distance int)
//
// SI is the next byte of in, DI the next of out, R14 out's first; R12 and R13
// are the last places of SI and DI at which a step may begin. R10 and R11 are
// bits and nbits. R8 and R9 are the tables. AX is the entry that comes next.
//
// A step reads at most 16 bytes at SI: it refills twice and the first refill
// moves SI by 7 at most. It writes at most slack bytes at DI: three entries of
// two literals, a match of 258, which is the largest value in the table, and 31
// behind it. It
// reads out only between R14 and where it has written.
TEXT ·fastSymbols(SB), NOSPLIT, $0-32
	MOVQ z+0(FP), DX
	MOVQ Reader_in(DX), SI
	MOVQ Reader_end(DX), R12
	SUBQ $const_ahead, R12
	ADDQ SI, R12
	ADDQ Reader_pos(DX), SI
	MOVQ Reader_out(DX), R14
	MOVQ (Reader_out+8)(DX), R13
	SUBQ $const_slack, R13
	ADDQ R14, R13
	MOVQ Reader_w(DX), DI
	ADDQ R14, DI
	MOVQ Reader_bits(DX), R10
	MOVQ Reader_nbits(DX), R11
	LEAQ (Reader_codes+codes_literal)(DX), R8
	LEAQ (Reader_codes+codes_distance)(DX), R9

	CMPQ SI, R12
	JGT full
	CMPQ DI, R13
	JGT full
	REFILL
	LOOKUP(AX)
	JMP symbol

next:
	// AX was looked up before the refill, from bits that it does not change.
	CMPQ SI, R12
	JGT full
	CMPQ DI, R13
	JGT full
	REFILL

symbol:
	TESTL AX, AX
	JPL other
	USE(AX)
	LOOKUP(DX)
	EMIT(AX)
	TESTL DX, DX
	JPL swap
	USE(DX)
	LOOKUP(AX)
	EMIT(DX)
	TESTL AX, AX
	JPL other
	USE(AX)
	LOOKUP(DX)
	EMIT(AX)
	TESTL DX, DX
	JPL swap
	USE(DX)
	LOOKUP(AX) // of the 12 bits that are left at least
	EMIT(DX)
	JMP next

swap:
	MOVL DX, AX

other:
	TESTL $const_exceptional, AX
	JNZ rare

match:
	VALUE(AX, DX)
	REFILL
	MOVL R10, CX
	ANDL $DISTANCEMASK, CX
	MOVL (R9)(CX*4), AX
	TESTL $const_exceptional, AX
	JNZ faraway

distance:
	VALUE(AX, R15)
	LOOKUP(AX) // 28 bits are left at least
	MOVQ DI, BX
	SUBQ R14, BX
	CMPQ R15, BX
	JGT before
	MOVQ DI, BX
	SUBQ R15, BX
	CMPQ R15, $32
	JLT near
	MOVOU (BX), X0
	MOVOU 16(BX), X1
	MOVOU X0, (DI)
	MOVOU X1, 16(DI)
	CMPQ DX, $32
	JGT long
	ADDQ DX, DI
	JMP next

long:
	MOVQ $32, CX

more:
	MOVOU (BX)(CX*1), X0
	MOVOU 16(BX)(CX*1), X1
	MOVOU X0, (DI)(CX*1)
	MOVOU X1, 16(DI)(CX*1)
	ADDQ $32, CX
	CMPQ CX, DX
	JLT more
	ADDQ DX, DI
	JMP next

near:
	ADDQ DI, DX // where the match ends
	CMPQ R15, $8
	JLT bytes

words:
	MOVQ (BX), CX
	MOVQ CX, (DI)
	ADDQ $8, BX
	ADDQ $8, DI
	CMPQ DI, DX
	JLT words
	MOVQ DX, DI
	JMP next

bytes:
	MOVB (BX), CX
	MOVB CX, (DI)
	INCQ BX
	INCQ DI
	CMPQ DI, DX
	JLT bytes
	JMP next

rare:
	TESTL $const_second, AX
	JZ end
	SECOND(AX, R8, (const_literalTable-1))
	TESTL AX, AX
	JPL another
	USE(AX)
	EMIT(AX)
	LOOKUP(AX) // 19 bits are left at least
	JMP next

another:
	TESTL $const_exceptional, AX
	JZ match

end:
	MOVQ $const_corrupt, BX
	TESTL $const_endOfBlock, AX
	JZ out
	USE(AX)
	MOVQ $const_blockEnd, BX
	JMP out

faraway:
	TESTL $const_second, AX
	JZ bad
	SECOND(AX, R9, (const_distanceTable-1))
	TESTL $const_exceptional, AX
	JZ distance

bad:
	MOVQ $const_corrupt, BX
	JMP out

before:
	MOVQ DX, length+16(FP)
	MOVQ R15, distance+24(FP)
	MOVQ $const_farMatch, BX
	JMP out

full:
	MOVQ $const_noRoom, BX

out:
	MOVB BX, why+8(FP)
	MOVQ z+0(FP), DX
	SUBQ Reader_in(DX), SI
	MOVQ SI, Reader_pos(DX)
	SUBQ R14, DI
	MOVQ DI, Reader_w(DX)
	MOVQ R10, Reader_bits(DX)
	ANDL $63, R11
	MOVQ R11, Reader_nbits(DX)
	RET
